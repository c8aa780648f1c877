import { parseAddress } from '../cluster/address.ts';
import type { Address, Database } from '../cluster/cluster.ts';
import { parseDsn } from '../cluster/dsn.ts';
import { Secret } from '../cluster/secret.ts';
import { decodeFromDatabase } from '../grafana/database-value.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';

/** The shared database that a config names. */
export interface NamedDatabase {
  readonly type: Database['type'];
  readonly address: Address;
  readonly name: string;
  readonly user: string;
  readonly password: Secret;
  /** As it is written; each engine has its own words. */
  readonly sslMode: string;
  /** `url`: one key instead of many; Grafana takes it over all others. */
  readonly how: 'keys' | 'url';
}

export type DatabaseReading =
  | { readonly kind: 'sqlite' }
  | { readonly kind: 'shared'; readonly database: NamedDatabase }
  /** Grafana may understand it, we do not; holds no secret. */
  | { readonly kind: 'unclear'; readonly problem: string; readonly hint: string };

/** Reads which database a config names (database_config.go: `url` counts over the discrete keys). */
export function databaseOf(config: EffectiveConfig): DatabaseReading {
  const value = (key: string): string => config.get('database', key)?.value ?? '';
  if (value('connection_string') !== '') return { kind: 'unclear', problem: '[database] connection_string is set', hint: 'Write type, host, name and user instead' };
  if (value('url') !== '') return readUrl(value('url'), value('ssl_mode'));
  const type = value('type');
  if (type === 'sqlite3') return { kind: 'sqlite' };
  if (type !== 'postgres' && type !== 'mysql') return { kind: 'unclear', problem: `[database] type is "${type}"`, hint: 'Grafana knows postgres, mysql and sqlite3' };
  const address = parseAddress(value('host'), type === 'postgres' ? 5432 : 3306);
  if (!address.ok) return { kind: 'unclear', problem: `[database] host: ${address.problem}`, hint: address.hint };
  const decode = (key: string): string => decodeFromDatabase(value(key), type);
  return { kind: 'shared', database: { type, address: lowerCase(address.value), name: decode('name'), user: decode('user'), password: new Secret(decode('password')), sslMode: value('ssl_mode'), how: 'keys' } };
}

function readUrl(text: string, sslMode: string): DatabaseReading {
  if (/^sqlite3?:/i.test(text)) return { kind: 'sqlite' };
  const parsed = parseDsn(text);
  if (!parsed.ok) return { kind: 'unclear', problem: `[database] url: ${parsed.problem}`, hint: parsed.hint };
  const { type, address, name = '', user = '', password = new Secret(''), sslMode: own } = parsed.value;
  return { kind: 'shared', database: { type, address: lowerCase(address), name, user, password, sslMode: own ?? sslMode, how: 'url' } };
}

function lowerCase({ host, port }: Address): Address {
  return { host: host.toLowerCase(), port };
}
