import type { Settings } from './settings.ts';

/** The connection string as Grafana puts it together: nothing is escaped. */
export function postgresDsn(settings: Settings, host: string, port: number): string {
  const get = (key: string) => settings.get('database', key);
  const orQuotes = (value: string) => (value === '' ? "''" : value);
  const parts = [
    `user=${orQuotes(get('user'))}`, `host=${orQuotes(host)}`, `port=${port}`, `dbname=${orQuotes(get('name'))}`, `sslmode=${orQuotes(get('ssl_mode'))}`,
    `sslcert=${orQuotes(get('client_cert_path'))}`, `sslkey=${orQuotes(get('client_key_path'))}`, `sslrootcert=${orQuotes(get('ca_cert_path'))}`,
    ...(get('ssl_sni') === '' ? [] : [`sslsni=${get('ssl_sni')}`]), ...(get('password') === '' ? [] : [`password=${get('password')}`]),
  ];
  return parts.join(' ');
}

/** What lib/pq reads out of a connection string, after xorm has looked at it; throws in their words. */
export function readPostgresDsn(dsn: string): ReadonlyMap<string, string> {
  // xorm cuts at every space, quoted or not, and wants a `=` in every piece.
  for (const piece of dsn.trim().split(' ')) if (!piece.includes('=')) throw new Error(`failed to connect to database: invalid option: ${JSON.stringify(piece)}`);
  const options = new Map<string, string>();
  for (let rest = dsn.trimStart(); rest !== '';) {
    const key = /^([^\s=]+)\s*=\s*/.exec(rest);
    if (key === null) throw new Error(`missing "=" after ${JSON.stringify(rest)} in connection info string"`);
    const value = readValue(rest.slice(key[0].length));
    options.set(key[1]!, value.text);
    rest = value.rest.trimStart();
  }
  return options;
}

function readValue(text: string): { readonly text: string; readonly rest: string } {
  const quoted = text.startsWith("'");
  const match = quoted ? /^'((?:[^'\\]|\\[^])*)'/.exec(text) : /^((?:[^\s\\]|\\[^])*)/.exec(text);
  if (match === null) throw new Error('unterminated quoted string literal in connection string');
  return { text: match[1]!.replace(/\\([^])/g, '$1'), rest: text.slice(match[0].length) };
}
