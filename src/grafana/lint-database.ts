import { encodeForDatabase } from './database-value.ts';
import { type LintFinding, place, shownValue } from './lint-finding.ts';
import type { LintRule, SeenValue, Sight } from './lint-sight.ts';
import { defaultSection, scanIni } from './scan-ini.ts';
import { holdsFor, versionFacts } from './versions.ts';

/** [database]: what starts Grafana on another database, or without TLS. */
export const databaseRules: readonly LintRule[] = [judgeUrl, judgeForgottenType, judgeHost, judgeTls, judgePostgresCharacters, judgeMysqlUser, judgePort].map(onDatabase);

type Words = Omit<LintFinding, 'section' | 'weight' | 'line'> & { readonly weight?: LintFinding['weight']; readonly at: SeenValue };
type Rule = (see: (key: string) => SeenValue | undefined, type: string | undefined, sight: Sight) => readonly Words[];

function onDatabase(rule: Rule): LintRule {
  return (sight) => {
    const see = (key: string): SeenValue | undefined => sight.see('database', key);
    const url = valueOf(see('url'));
    const type = url === '' ? see('type')?.value : /^(\w+):/.exec(url)?.[1]?.toLowerCase();
    return rule(see, type, sight).map(({ at, weight = 'warning', ...words }) => ({ ...words, weight, section: 'database', ...place(at.line) }));
  };
}

function valueOf(seen: SeenValue | undefined): string {
  return seen?.value ?? '';
}

/** What was written, by file or environment, and is not empty. */
function isGiven(seen: SeenValue | undefined): seen is SeenValue {
  return seen?.isSet === true && seen.value !== '';
}

function judgeUrl(see: Parameters<Rule>[0], type: string | undefined, { version }: Sight): readonly Words[] {
  const at = see('url');
  if (!isGiven(at)) return [];
  const beaten = ['type', 'host', 'name', 'user', 'password'].filter((key) => isGiven(see(key)));
  const lines = beaten.map((key) => { const { line } = see(key) ?? {}; return line === undefined ? key : `${key} (line ${line})`; });
  return [
    ...(beaten.length === 0 ? [] : [{ id: 'url-overrides', key: 'url', at, found: `url, which replaces ${lines.join(', ')}`, expected: 'either url or the single settings', hint: 'take out url, and keep type, host, name, user and password' }]),
    ...(type !== undefined && ['mysql', 'postgres', 'sqlite3'].includes(type) ? [] : [{ id: 'unknown-word', weight: 'error' as const, key: 'url', at, found: `a URL that begins with ${type ?? 'no scheme'}: Grafana does not start`, expected: 'postgres:// or mysql://', hint: 'take out url, and write type, host, name, user and password' }]),
    ...(holdsFor(versionFacts.ignoresDatabaseUrl, version) ? [{ id: 'url-ignored', weight: 'error' as const, key: 'url', at, found: `url, which a part of Grafana ${version} ignores: it works on SQLite`, expected: 'the single settings', hint: 'take out url, and write type, host, name, user and password' }] : []),
  ];
}

/** A commented `type` is how nodes end up on SQLite without a word (grafana#50647). */
function judgeForgottenType(see: Parameters<Rule>[0], _: unknown, sight: Sight): readonly Words[] {
  const type = see('type');
  if (type === undefined || type.isSet || type.value !== 'sqlite3' || isGiven(see('url')) || isGiven(see('connection_string'))) return [];
  const key = ['host', 'user', 'password', 'name', 'ssl_mode'].find((one) => isGiven(see(one)));
  const at = key === undefined ? undefined : see(key);
  if (key === undefined || at === undefined || at.value === sight.defaultOf('database', key)) return [];
  const commented = commentedType(sight);
  if (commented !== undefined) return [{ id: 'no-type', key: 'type', at: { ...type, line: commented }, found: 'type behind a comment mark: Grafana works on SQLite and does not look at host', expected: 'type = mysql or type = postgres', hint: `take the comment mark from line ${commented}` }];
  return [{ id: 'no-type', key, at, found: `${key}, but no type: Grafana works on SQLite and does not look at it`, expected: 'type = mysql or type = postgres', hint: 'type = postgres under [database]' }];
}

/** The line of `;type = mysql` under [database]. */
function commentedType({ text }: Sight): number | undefined {
  let section = defaultSection;
  for (const entry of scanIni(text).entries) {
    if (entry.kind === 'section') section = entry.name;
    else if (entry.kind === 'comment' && section === 'database' && /^[#;]\s*type\s*[=:]\s*["']?(mysql|postgres)/.test(entry.text)) return entry.line;
  }
  return undefined;
}

function isServer(type: string | undefined): type is 'postgres' | 'mysql' {
  return type === 'postgres' || type === 'mysql';
}

function judgeHost(see: Parameters<Rule>[0], type: string | undefined): readonly Words[] {
  const host = see('host');
  if (!isServer(type) || host === undefined || isGiven(see('url'))) return [];
  const at = host.isSet ? host : see('type') ?? host;
  const about = { key: host.isSet ? 'host' : 'type', at };
  const port = type === 'postgres' ? 5432 : 3306;
  const { value } = host;
  const name = value.replace(/:\d*$/, '');
  if (value.includes('://')) return [{ ...about, id: 'bad-host', weight: 'error', found: `${shownValue('database', 'host', value)}, which is a URL`, expected: 'HOST:PORT', hint: `host = HOST:${port}` }];
  if (value.includes(',')) return [{ ...about, id: 'bad-host', weight: 'error', found: `${value}: Grafana takes one host`, expected: 'HOST:PORT of the writer', hint: `host = ${value.split(/[,:]/)[0]}:${port}` }];
  if (value.startsWith('/')) return [];
  if (type === 'postgres' && /:3306$/.test(value)) return [{ ...about, id: 'mysql-port', found: host.isSet ? `${value}: 3306 is the port of MySQL` : `no host: Grafana takes ${value}, which is the port of MySQL`, expected: `the port of PostgreSQL, ${port} as a rule`, hint: `host = ${name}:${port}` }];
  if (type === 'mysql' && /:5432$/.test(value)) return [{ ...about, id: 'postgres-port', found: `${value}: 5432 is the port of PostgreSQL`, expected: `the port of MySQL, ${port} as a rule`, hint: `host = ${name}:${port}` }];
  const bareIpv6 = !value.startsWith('[') && value.split(':').length > 2;
  if (bareIpv6) return [{ ...about, id: 'bad-host', weight: type === 'postgres' ? 'error' : 'warning', found: `${value}, an IPv6 address without brackets`, expected: '[ADDRESS]:PORT', hint: `host = [${value}]:${port}` }];
  if (/:\d+$/.test(value)) return [];
  if (/:[^\]]*$/.test(value) && !value.endsWith(']')) return [{ ...about, id: 'bad-host', weight: 'error', found: `${value}, whose port is no number`, expected: 'HOST:PORT', hint: `host = ${value.split(':')[0]}:${port}` }];
  const given = see('port');
  return isGiven(given) ? [] : [{ ...about, id: 'no-port', found: `${value}, without a port`, expected: 'HOST:PORT, so that nothing is guessed', hint: `host = ${value}:${port}` }];
}

/** [database] port is appended to host, whatever host holds (12.x). */
function judgePort(see: Parameters<Rule>[0]): readonly Words[] {
  const [port, host] = [see('port'), see('host')];
  if (!isGiven(port) || host === undefined || !/:\d+$/.test(host.value)) return [];
  return [{ id: 'port-twice', weight: 'error', key: 'port', at: port, found: `${port.value}, which Grafana puts behind ${host.value}`, expected: 'the port in host alone', hint: 'take out port' }];
}

const postgresModes = ['disable', 'require', 'verify-ca', 'verify-full'];

function judgeTls(see: Parameters<Rule>[0], type: string | undefined): readonly Words[] {
  const mode = see('ssl_mode');
  if (!isServer(type) || mode === undefined) return [];
  const about = { key: 'ssl_mode', at: mode };
  if (type === 'postgres') {
    const name = see('server_cert_name');
    return [
      ...(postgresModes.includes(mode.value) ? [] : [{ ...about, id: 'ssl-mode', weight: 'error' as const, found: `${mode.value}, which the PostgreSQL driver refuses: Grafana does not start`, expected: postgresModes.join(', '), hint: 'ssl_mode = verify-full' }]),
      ...(isGiven(name) ? [{ id: 'no-effect', key: 'server_cert_name', at: name, found: 'server_cert_name, which counts for MySQL alone: PostgreSQL checks the name in host', expected: 'the name of the certificate in host', hint: 'take out server_cert_name' }] : []),
    ];
  }
  if (mode.value !== 'true' && mode.value !== 'skip-verify') {
    return ['false', 'disable', ''].includes(mode.value) ? [] : [{ ...about, id: 'ssl-mode', found: `${mode.value}, which MySQL takes for no TLS at all: password and data go in clear`, expected: 'true, skip-verify or disable', hint: 'ssl_mode = true' }];
  }
  // Unknown is not empty: an expander may bring it.
  if (see('ca_cert_path')?.value === '') return [{ ...about, id: 'no-ca', weight: 'error', found: `${mode.value} without ca_cert_path: Grafana does not start`, expected: 'the file with the CA certificate', hint: 'ca_cert_path = /etc/grafana/ca.pem' }];
  if (mode.value === 'true' && see('server_cert_name')?.value === '') return [{ ...about, id: 'no-cert-name', weight: 'error', found: 'true without server_cert_name: Grafana does not start', expected: 'the name in the certificate of the server', hint: 'server_cert_name = db.example.com' }];
  return [];
}

/** What Grafana's connection string to PostgreSQL does to a password or user. */
function judgePostgresCharacters(see: Parameters<Rule>[0], type: string | undefined, { version }: Sight): readonly Words[] {
  if (type !== 'postgres' || isGiven(see('url'))) return [];
  return (['password', 'user'] as const).flatMap((key): readonly Words[] => {
    const at = see(key);
    // A value in the driver's own quotes was written on purpose.
    if (!isGiven(at) || /^'([^'\\ ]|\\.)*'$/s.test(at.value)) return [];
    const written = encodeForDatabase(key, at.value, 'postgres', version);
    if (!written.ok) return [{ id: 'bad-characters', weight: 'error', key, at, found: `a ${key} that PostgreSQL does not get: ${written.problem.replace(/\.$/, '')}`, expected: `a ${key} that Grafana can be told`, hint: written.hint.replace(/\.$/, '') }];
    return written.text === at.value ? [] : [{ id: 'bad-characters', weight: 'error', key, at, found: `a ${key} with a blank, a backslash or a leading ', which the PostgreSQL driver takes for its own`, expected: "the whole in ' ', with \\ before every ' and \\", hint: `${key} = """'VALUE'"""` }];
  });
}

function judgeMysqlUser(see: Parameters<Rule>[0], type: string | undefined, { version }: Sight): readonly Words[] {
  const at = see('user');
  if (type !== 'mysql' || isGiven(see('url')) || !isGiven(at)) return [];
  const written = encodeForDatabase('user', at.value, 'mysql', version);
  return written.ok ? [] : [{ id: 'bad-characters', weight: 'error', key: 'user', at, found: `${at.value}: ${written.problem.replace(/\.$/, '')}`, expected: 'a user that Grafana can be told', hint: written.hint.replace(/\.$/, '') }];
}
