import { isGoSpace } from './go-space.ts';
import { nameCharacter, nameCharacters } from './name-characters.ts';
import { holdsFor, versionFacts } from './versions.ts';
import type { Refusal, Written } from './write-value.ts';

export type DatabaseRole = 'password' | 'user' | 'name';

/** Makes the setting from which Grafana builds a connection string that carries `value`; `writeInline` or `writeFileReference` come after it. */
export function encodeForDatabase(role: DatabaseRole, value: string, type: 'postgres' | 'mysql', version: string): Written {
  if (role === 'name') return encodeName(value);
  if (role === 'user' && value === '') return { ok: false, problem: 'It is empty, and Grafana would then log in as root.', hint: 'Name the user.' };
  return type === 'mysql' ? encodeForMysql(role, value) : encodeForPostgres(role, value, version);
}

/** What the driver takes out of a setting that a node has: the inverse of `encodeForDatabase`. */
export function decodeFromDatabase(value: string, type: 'postgres' | 'mysql'): string {
  if (type === 'mysql') return value;
  const quoted = /^'((?:[^'\\]|\\.)*)'$/s.exec(value);
  return (quoted?.[1] ?? value).replace(/\\(.)/gs, '$1');
}

/** The migration lock takes the name out of the connection string by `dbname=(\w+)`, and the MySQL driver decodes it. */
function encodeName(value: string): Written {
  if (/^[A-Za-z0-9_]+$/.test(value)) return { ok: true, text: value };
  const others = value.match(/[^A-Za-z0-9_]/gu) ?? [];
  const found = value === '' ? 'It is empty' : `It holds ${nameCharacters(others)}`;
  return { ok: false, problem: `${found}, but Grafana's migration lock understands letters, digits and _ alone.`, hint: 'Use a database with such a name.' };
}

function encodeForMysql(role: 'password' | 'user', value: string): Written {
  if (role === 'user' && value.includes(':')) return { ok: false, problem: 'It holds :, where the MySQL driver takes the password to begin.', hint: 'Use a user without : in the name.' };
  return { ok: true, text: value };
}

function encodeForPostgres(role: 'password' | 'user', value: string, version: string): Written {
  if (value.includes(' ')) return { ok: false, problem: 'It holds a space, where Grafana cuts the connection string to PostgreSQL, quoted or not.', hint: `${another(role)}.` };
  const refusal = refusePrepared(role, value);
  if (refusal !== undefined) return refusal;
  const special = Array.from(value).filter((character, index) => character === '\\' || (character === "'" && index === 0) || isGoSpace(character.charCodeAt(0)));
  if (special.length === 0) return { ok: true, text: value };
  if (holdsFor(versionFacts.quotesConnectionString, version)) {
    return { ok: false, problem: `It holds ${nameSpecial(special)}; Grafana ${version} needs it written in two ways at once.`, hint: `${another(role)}, or use Grafana 11.6.4, 12.0.3 or later.` };
  }
  return { ok: true, text: `'${value.replace(/[\\']/g, '\\$&')}'` };
}

function nameSpecial(special: readonly string[]): string {
  return special.map((character) => (character === "'" ? "a leading '" : nameCharacter(character))).filter((name, index, all) => all.indexOf(name) === index).join(', ');
}

/** Characters that SASLprep maps to nothing or to a space without NFKC doing so (RFC 3454, tables B.1 and C.1.2). */
const mappedAway = /[\u00ad\u034f\u1680\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/u;

/** The server keeps the SASLprep form of a password, which Grafana's driver does not make (observed: NBSP fails under SCRAM). */
function refusePrepared(role: 'password' | 'user', value: string): Refusal | undefined {
  const changed = Array.from(value).filter((character) => mappedAway.test(character) || character.normalize('NFKC') !== character);
  if (changed.length === 0 && value.normalize('NFKC') === value) return undefined;
  const found = changed.length === 0 ? 'a letter followed by a combining mark' : nameCharacters(changed);
  return { ok: false, problem: `It holds ${found}, which PostgreSQL stores in another form than Grafana sends.`, hint: `${another(role)}.` };
}

function another(role: 'password' | 'user'): string {
  return role === 'password' ? 'Give the database user a password without it' : 'Use a database user without it in the name';
}
