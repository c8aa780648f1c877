import { parseAddress } from './address.ts';
import type { Address, Mysql, Postgres } from './cluster.ts';
import { parseDatabaseName, parseDatabaseUser } from './database-words.ts';
import { parseMysqlParameters, parsePostgresParameters } from './dsn-parameters.ts';
import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';
import { present } from './present.ts';
import { Secret } from './secret.ts';

interface DsnBase {
  readonly address: Address;
  readonly user?: string;
  readonly name?: string;
  /** Present: the text held a password, so it must not have come from argv. */
  readonly password?: Secret;
}

/** What a pasted database URL says; absent parts are still to be asked. */
export type Dsn =
  | (DsnBase & { readonly type: 'postgres'; readonly sslMode?: Postgres['sslMode'] })
  | (DsnBase & { readonly type: 'mysql'; readonly sslMode?: Mysql['sslMode'] });

const types: ReadonlyMap<string, Dsn['type']> = new Map([['postgres', 'postgres'], ['postgresql', 'postgres'], ['mysql', 'mysql']]);
const defaultPorts = { postgres: 5432, mysql: 3306 } as const;
const hint = 'Type postgres://USER@HOST:PORT/NAME or mysql://USER@HOST:PORT/NAME';
const encodeHint = 'Write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25 in a user name or password';

/** Parses a pasted `postgres://`, `postgresql://` or `mysql://` URL, percent-decoded. No message repeats what may be a password. */
export function parseDsn(text: string): Parsed<Dsn> {
  const typed = text.trim();
  const scheme = /^([a-z][a-z0-9+.:-]*):\/\//i.exec(typed)?.[1]?.toLowerCase();
  if (scheme === undefined) return refused('this does not begin with postgres://, postgresql:// or mysql://', hint);
  const type = types.get(scheme);
  if (type === undefined) return refused(`${scheme}:// is not a database Grafana can share between nodes here`, scheme === 'mariadb' ? 'Type mysql:// for MariaDB' : hint);

  const rest = typed.slice(scheme.length + 3);
  const authority = /^(?:[^/?#(]|\([^)]*\))*/.exec(rest)![0];
  const after = rest.slice(authority.length);
  if (after.includes('@')) return refused('an @ was found after the host, so the host cannot be told from the password', encodeHint);
  if (after.includes('#')) return refused('a # was found after the host', encodeHint);

  const at = authority.lastIndexOf('@');
  const login = parseLogin(at < 0 ? '' : authority.slice(0, at));
  if (!login.ok) return login;
  const address = parseHost(authority.slice(at + 1), type, at >= 0);
  if (!address.ok) return address;
  const question = after.indexOf('?');
  const name = parsePath(question < 0 ? after : after.slice(0, question));
  if (!name.ok) return name;
  const base: DsnBase = present({ address: address.value, ...login.value, name: name.value });
  const query = question < 0 ? '' : after.slice(question + 1);
  if (type === 'postgres') {
    const parameters = parsePostgresParameters(query);
    return parameters.ok ? accepted({ type, ...base, ...parameters.value }) : parameters;
  }
  const parameters = parseMysqlParameters(query);
  return parameters.ok ? accepted({ type, ...base, ...parameters.value }) : parameters;
}

function parseLogin(text: string): Parsed<{ readonly user?: string; readonly password?: Secret }> {
  const colon = text.indexOf(':');
  const user = decodePercent(colon < 0 ? text : text.slice(0, colon));
  const password = colon < 0 ? '' : decodePercent(text.slice(colon + 1));
  if (user === undefined || password === undefined) return refused('a % in the user name or password is not followed by two hex digits of UTF-8', encodeHint);
  const secret = password === '' ? {} : { password: new Secret(password) };
  if (user === '') return accepted(secret);
  const parsed = parseDatabaseUser(user);
  return parsed.ok ? accepted({ user: parsed.value, ...secret }) : parsed;
}

/** Without a login before it, what follows a colon may be a password whose @host was forgotten: it is not repeated. */
function parseHost(text: string, type: Dsn['type'], hasLogin: boolean): Parsed<Address> {
  const host = type === 'mysql' ? text.replace(/^tcp\(([^()]*)\)$/, '$1') : text;
  if (host === '' || /^(%2f|unix\(|\/)/i.test(host)) return refused('no host was found', `A socket is seen on one machine only; the nodes share a host. ${hint}`);
  if (host.includes(',')) return refused('several hosts were found', 'Grafana takes one address: name the writer, or the proxy that follows it');
  if (/\.cluster-ro-[a-z0-9]+\./i.test(host)) return refused(`${host} is a reader endpoint`, 'Grafana writes: name the writer endpoint (.cluster- instead of .cluster-ro-)');
  const address = parseAddress(host, defaultPorts[type]);
  if (address.ok) return accepted({ ...address.value, host: address.value.host.toLowerCase() });
  return hasLogin ? address : refused('what stands where the host belongs is not host:port', hint);
}

function parsePath(path: string): Parsed<string | undefined> {
  if (path === '' || path === '/') return accepted(undefined);
  const name = decodePercent(path.slice(1));
  return name === undefined ? refused('a % in the database name is not followed by two hex digits', encodeHint) : parseDatabaseName(name);
}

/** Undefined when it is not percent-encoded UTF-8. */
function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
