import type { Mysql, Postgres } from './cluster.ts';
import { accepted, refused } from './parsed.ts';
import type { Parsed, Refused } from './parsed.ts';

type Modes<Mode> = Readonly<Record<string, Readonly<Record<string, Mode>>>>;

/** Only what means the same in Grafana: `prefer` and `allow` may fall back to plain text. */
const postgres: Modes<Postgres['sslMode']> = {
  sslmode: { disable: 'disable', require: 'require', 'verify-ca': 'verify-ca', 'verify-full': 'verify-full' },
};

/** `tls` is Go's word, `ssl-mode` that of MySQL's own URLs. VERIFY_CA is absent: Grafana's `true` compares the name as well. */
const mysql: Modes<Mysql['sslMode']> = {
  tls: { true: 'true', 'skip-verify': 'skip-verify', false: 'disable' },
  'ssl-mode': { VERIFY_IDENTITY: 'true', REQUIRED: 'skip-verify', DISABLED: 'disable' },
};

/** Reads the query part of a `postgres://` URL; a parameter that has no clear setting in Grafana is refused. */
export function parsePostgresParameters(query: string): Parsed<{ readonly sslMode?: Postgres['sslMode'] }> {
  return parseParameters(query, postgres);
}

/** Reads the query part of a `mysql://` URL; a parameter that has no clear setting in Grafana is refused. */
export function parseMysqlParameters(query: string): Parsed<{ readonly sslMode?: Mysql['sslMode'] }> {
  return parseParameters(query, mysql);
}

function parseParameters<Mode>(query: string, known: Modes<Mode>): Parsed<{ readonly sslMode?: Mode }> {
  let sslMode: Mode | undefined;
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const [key = '', ...rest] = pair.split('=');
    const value = rest.join('=');
    const reason = refuseKnown(key.toLowerCase(), value);
    if (reason !== undefined) return reason;
    const modes = new Map(Object.entries(known)).get(key);
    if (modes === undefined) return refused(`the parameter ${shown(key)} has no setting in Grafana`, `Leave out ${shown(key)}=…`);
    if (sslMode !== undefined) return refused(`${key} is a second word about TLS`, 'Leave one of them out');
    sslMode = new Map(Object.entries(modes)).get(value);
    if (sslMode === undefined) return refused(`${key}=${shown(value)} has no exact match in Grafana`, `Type one of ${key}=${Object.keys(modes).join(', ')}, or leave it out for full verification`);
  }
  return accepted(sslMode === undefined ? {} : { sslMode });
}

function refuseKnown(key: string, value: string): Refused | undefined {
  if (['user', 'username', 'password', 'pwd', 'passwd'].includes(key)) return refused(`${key} was found among the parameters`, 'Write USER@ before the host; the password is asked');
  if (key === 'host' || key === 'hostaddr') return refused(`${key} was found among the parameters`, 'Write one host after the @; a socket is seen on one machine only');
  const readsOnly = (key === 'target_session_attrs' && /^(read-only|standby|prefer-standby)$/.test(value)) || (/^read-?only$/.test(key) && value !== 'false');
  return readsOnly ? refused(`${key}=${shown(value)} asks for a reader`, 'Grafana writes: name the writer') : undefined;
}

function shown(text: string): string {
  const plain = text.replace(/\p{C}/gu, '?');
  return plain.length > 40 ? `${plain.slice(0, 40)}…` : plain;
}
