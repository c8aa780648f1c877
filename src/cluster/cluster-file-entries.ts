import ini from 'ini';
import { keysOf, sectionNames, sectionWith } from './cluster-file-schema.ts';
import { nearest } from './nearest.ts';

/** One `key = value` of the cluster file, without quotes. */
export interface Entry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/** What keeps a cluster file from being read; `line` absent: something is missing. */
export interface Problem {
  readonly line?: number;
  readonly problem: string;
  readonly hint: string;
}

/** Splits a cluster file into entries. What the `ini` package would read differently from a person is a problem, and so is what the schema does not know. */
export function readEntries(text: string): { readonly entries: readonly Entry[]; readonly problems: readonly Problem[] } {
  const plain = text.replace(/^\uFEFF/, '');
  if (/[\0\uFFFD]/.test(plain)) return { entries: [], problems: [{ problem: 'this is not text in UTF-8', hint: 'Save it as UTF-8; from UTF-16: iconv -f UTF-16 -t UTF-8' }] };
  const entries: Entry[] = [];
  const problems: Problem[] = [];
  const headers = new Map<string, number>();
  let section: string | undefined;
  let skipping = false;
  for (const [index, body] of plain.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1;
    const report = (problem: string, hint: string): void => void problems.push({ line, problem, hint });
    if (/^\s*([;#]|$)/.test(body)) continue;
    if (/[\p{Cc}\u2028\u2029]/u.test(body.replaceAll('\t', ''))) {
      report('the line holds a control character', 'Remove it');
    } else if (body.trimStart().startsWith('[')) {
      reportShape(body, report);
      section = /^\s*\[([^\]]*)/.exec(body)![1]!.trim();
      skipping = keysOf(section) === undefined;
      if (skipping) report(`there is no section [${section}]`, hintSection(section));
      else if (headers.has(section)) report(`the section [${section}] begins again, first in line ${headers.get(section)}`, 'Put its keys under one header');
      else headers.set(section, line);
    } else if (section === undefined) {
      report('a key stands before the first section', 'Begin with [cluster]');
    } else if (!skipping) {
      const entry = readEntry(body, section, line, report);
      const first = entries.find((other) => other.section === section && other.key === entry?.key);
      if (first !== undefined) report(section === 'nodes' ? `the node ${first.key} is named twice, first in line ${first.line}` : `${first.key} is set twice, first in line ${first.line}`, 'Keep one of them');
      else if (entry !== undefined) entries.push(entry);
    }
  }
  if (problems.length === 0) problems.push(...compareWithIni(plain, entries));
  return { entries, problems };
}

type Report = (problem: string, hint: string) => void;

/** The `ini` package takes a header only when nothing stands before or after it on the line. */
function reportShape(body: string, report: Report): void {
  if (/^\[[^\]]*\]\s*$/.test(body)) return;
  if (/^\s+\[[^\]]*\]\s*$/.test(body)) report('a section header is indented', 'Begin the line with [');
  else if (/^\s*\[[^\]]*\]\s*[;#]/.test(body)) report('a comment stands after a section header', 'Put the comment on a line of its own');
  else report(`"${body.trim()}" is not a section header`, 'Type [NAME] alone on the line');
}

function readEntry(body: string, section: string, line: number, report: Report): Entry | undefined {
  const equals = body.indexOf('=');
  const key = (equals < 0 ? body : body.slice(0, equals)).trim();
  if (equals < 0) return void report(`a line in [${section}] has no =`, 'Type KEY = VALUE');
  const known = keysOf(section);
  if (known !== 'any' && !known?.includes(key)) return void report(`there is no key ${key} in [${section}]`, hintKey(key, known ?? []));
  if (!/^[A-Za-z0-9][\w.@-]*$/.test(key)) return void report(`"${key}" in [${section}] is not a name`, 'Use letters, digits, - and _, and begin with a letter or a digit');
  const raw = body.slice(equals + 1).trim();
  const value = unquote(raw);
  const seen: unknown = new Map(Object.entries(ini.parse(body))).get(key);
  if (value !== undefined && value === String(seen)) return { section, key, value, line };
  if (/[;#]/.test(raw)) return void report(`the value of ${key} holds ; or #, which cuts it`, `Put a comment on a line of its own, or the whole value in quotes: ${key} = "…"`);
  return void report(`the quotes or backslashes in the value of ${key} can be read in two ways`, `Put the whole value in double quotes, with \\" and \\\\ inside: ${key} = "…"`);
}

/** The value as a person reads it; undefined when double quotes do not hold a JSON string. */
function unquote(raw: string): string | undefined {
  if (raw.length < 2 || raw[0] !== raw.at(-1)) return raw;
  if (raw.startsWith("'")) return raw.slice(1, -1);
  if (!raw.startsWith('"')) return raw;
  try {
    return String(JSON.parse(raw));
  } catch {
    return undefined;
  }
}

/** The whole file once more through the `ini` package, which is what the values officially are. */
function compareWithIni(text: string, entries: readonly Entry[]): readonly Problem[] {
  const whole: Readonly<Record<string, unknown>> = ini.parse(text);
  return entries.flatMap(({ section, key, value, line }) => {
    let found: unknown = whole;
    for (const part of section.startsWith('node.') ? ['node', section.slice(5), key] : [section, key]) found = (found as Record<string, unknown> | undefined)?.[part];
    return String(found) === value ? [] : [{ line, problem: `the value of ${key} can be read in two ways`, hint: 'Write it in double quotes' }];
  });
}

function hintKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  const elsewhere = sectionWith(key);
  if (near === undefined && elsewhere !== undefined) return `${key} belongs in [${elsewhere}]`;
  return near === undefined ? `Known here: ${known.join(', ')}` : `Did you mean ${near}?`;
}

function hintSection(section: string): string {
  const near = nearest(section, sectionNames);
  return near === undefined ? `Known: ${[...sectionNames, 'node.NAME'].map((name) => `[${name}]`).join(', ')}` : `Did you mean [${near}]?`;
}
