import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';

/** Parses the name of a cluster or a node: letters, digits, `-` and `_`, beginning with a letter or a digit. */
export function parseName(text: string): Parsed<string> {
  const name = text.trim();
  if (name === '') return refused('the name is empty', 'Type a name, such as grafana-1');
  if (name.length > 63) return refused(`the name has ${name.length} characters`, 'Type a name of at most 63 characters');
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) return accepted(name);
  const odd = /[^A-Za-z0-9_-]/.exec(name)?.[0] ?? name[0];
  return refused(`the name "${name}" ${/[^A-Za-z0-9_-]/.test(name) ? 'holds' : 'begins with'} "${odd}"`, 'Use letters, digits, - and _, and begin with a letter or a digit');
}

/** The nearest allowed name to any text, such as a host name; undefined when nothing is left of it. */
export function nameFrom(text: string): string | undefined {
  const name = text.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[-_]+|-+$/g, '').slice(0, 63);
  return name === '' ? undefined : name;
}
