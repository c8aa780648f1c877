import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';

/** Parses a database name. Grafana takes it unquoted and locks migrations by `dbname=(\w+)`, so only letters, digits and `_` are safe. */
export function parseDatabaseName(text: string): Parsed<string> {
  if (/^[A-Za-z0-9_]+$/.test(text)) return accepted(text);
  if (text === '') return refused('the database name is empty', 'Type a name, such as grafana');
  return refused(`the database name "${shown(text)}" holds more than letters, digits and _`, 'Create a database with a plain name, such as grafana');
}

/** Parses a database user. Grafana builds its connection string without escaping the user: a space, `\` or `:` would break it. */
export function parseDatabaseUser(text: string): Parsed<string> {
  if (text === '') return refused('the database user is empty', 'Type a user, such as grafana');
  const odd = /[\s\p{C}:;#\\'"`]/u.exec(text)?.[0];
  if (odd === undefined) return accepted(text);
  return refused(`the database user "${shown(text)}" holds ${odd.trim() === '' ? 'a space' : `"${shown(odd)}"`}`, 'Grafana cannot pass it on: create a user with a plain name');
}

function shown(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
