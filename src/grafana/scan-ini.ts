import { beforeLineBreak, endOfLine, scanValue } from './scan-value.ts';
import type { ScannedValue } from './scan-value.ts';
import { goTrim, skipGoSpace } from './go-space.ts';

/** One entry of an ini text as go-ini's parser meets it, `start`…`end` in whole lines, `line` 1-based. */
export type Scanned =
  | { readonly kind: 'section'; readonly name: string; readonly line: number; readonly start: number; readonly end: number }
  | { readonly kind: 'setting'; readonly key: string; readonly afterDelimiter: number; readonly value: ScannedValue; readonly line: number; readonly start: number; readonly end: number }
  | { readonly kind: 'comment'; readonly text: string; readonly line: number; readonly start: number; readonly end: number };

export interface Scan {
  /** What stands before the failure, when there is one. */
  readonly entries: readonly Scanned[];
  readonly failure?: { readonly line: number; readonly problem: string };
}

/** The section of settings that stand before any header. */
export const defaultSection = 'DEFAULT';

/** Walks a text exactly as go-ini 1.67 does with zero load options (parser.go, `parse`). */
export function scanIni(text: string): Scan {
  const entries: Scanned[] = [];
  let line = 1;
  let autoIncrement = 1;
  for (let start = text.charCodeAt(0) === 0xfeff ? 1 : 0; start < text.length;) {
    const end = endOfLine(text, start);
    const first = skipGoSpace(text, start, end);
    let next = end;
    if (first === end) { /* blank */ }
    else if (text[first] === '#' || text[first] === ';') {
      entries.push({ kind: 'comment', text: text.slice(first, beforeLineBreak(text, first, end)), line, start, end });
    } else if (text[first] === '[') {
      // go-ini takes the last `]` of the line, comments included.
      const closer = text.lastIndexOf(']', end - 1);
      if (closer < first) return { entries, failure: { line, problem: 'the section header has no closing ]' } };
      if (closer === first + 1) return { entries, failure: { line, problem: 'the section has no name' } };
      entries.push({ kind: 'section', name: text.slice(first + 1, closer), line, start, end });
      autoIncrement = 1;
    } else {
      const name = scanKeyName(text, first, end);
      if ('problem' in name) return { entries, failure: { line, problem: name.problem } };
      const value = scanValue(text, name.end, end);
      if (value === undefined) return { entries, failure: { line, problem: `the quote that opens the value of ${name.key} is never closed` } };
      // A setting without a name fails only after its value was read; so does go-ini.
      if (name.key === '') return { entries, failure: { line, problem: 'the setting has no name' } };
      const key = name.key === '-' ? `#${autoIncrement++}` : name.key;
      next = value.next;
      entries.push({ kind: 'setting', key, afterDelimiter: name.end, value, line, start, end: next });
    }
    line += next === end ? 1 : countLines(text, start, next);
    start = next;
  }
  return { entries };
}

type KeyName = { readonly key: string; readonly end: number } | { readonly problem: string };

/** Port of readKeyName: what stands between a closing quote and the delimiter is ignored. */
function scanKeyName(text: string, first: number, lineEnd: number): KeyName {
  const quote = keyQuote(text, first, lineEnd);
  if (quote === undefined) {
    const delimiter = findDelimiter(text, first, lineEnd);
    if (delimiter === lineEnd) return { problem: 'the line is neither a comment nor KEY = VALUE' };
    if (delimiter === first) return { problem: 'the setting has no name' };
    return { key: goTrim(text.slice(first, delimiter)), end: delimiter + 1 };
  }
  const inside = first + quote.length;
  const closer = text.slice(inside, lineEnd).indexOf(quote);
  if (closer === -1) return { problem: 'the quote around the name is never closed' };
  const delimiter = findDelimiter(text, inside + closer + quote.length, lineEnd);
  if (delimiter === lineEnd) return { problem: 'the line is neither a comment nor KEY = VALUE' };
  return { key: goTrim(text.slice(inside, inside + closer)), end: delimiter + 1 };
}

function keyQuote(text: string, first: number, lineEnd: number): string | undefined {
  if (text[first] === '`') return '`';
  if (text[first] !== '"') return undefined;
  // go-ini counts bytes here; a shorter line fails either way.
  return text.startsWith('"""', first) && lineEnd - first > 6 ? '"""' : '"';
}

function findDelimiter(text: string, from: number, lineEnd: number): number {
  let at = from;
  while (at < lineEnd && text[at] !== '=' && text[at] !== ':') at++;
  return at;
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
