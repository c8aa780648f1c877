import { dropGoSpace, goTrim, skipGoSpace } from './go-space.ts';

/** A value as go-ini reads it, and where it stands; `next` is where the parser goes on. */
export interface ScannedValue {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** A comment behind the value, without the space around it; empty span at `end` when there is none. */
  readonly comment: { readonly start: number; readonly end: number };
  readonly next: number;
  /** A trailing backslash met the end of the text: a line put behind would be glued on. */
  readonly open: boolean;
}

const tripleQuote = '"""';

/** Reads the value in `from`…`lineEnd` (after the newline) and the lines it takes in; undefined: its quote is never closed. Port of readValue in go-ini 1.67 parser.go with zero options. */
export function scanValue(text: string, from: number, lineEnd: number): ScannedValue | undefined {
  const start = skipGoSpace(text, from, lineEnd);
  if (start === lineEnd) {
    const end = beforeLineBreak(text, from, lineEnd);
    return { value: '', start: end, end, comment: { start: end, end }, next: lineEnd, open: false };
  }
  // go-ini wants more than the three quotes on the line: at the end of the text `"""` alone is a plain value.
  if (text.startsWith(tripleQuote, start) && lineEnd - start > 3) return quoted(text, start, lineEnd, tripleQuote);
  if (text[start] === '`') return quoted(text, start, lineEnd, '`');
  return plain(text, start, lineEnd);
}

/** Index after `line`'s content: before `\n` or `\r\n`. */
export function beforeLineBreak(text: string, from: number, lineEnd: number): number {
  let end = lineEnd;
  if (end > from && text[end - 1] === '\n') end--;
  while (end > from && text[end - 1] === '\r') end--;
  return end;
}

/** Index after the newline that ends the line at `from`, or the end of the text. */
export function endOfLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline === -1 ? text.length : newline + 1;
}

function quoted(text: string, start: number, lineEnd: number, quote: string): ScannedValue | undefined {
  const inside = start + quote.length;
  const closer = text.lastIndexOf(quote, lineEnd - quote.length);
  if (closer >= inside) return closed(text, start, text.slice(inside, closer), closer + quote.length, lineEnd);
  for (let at = lineEnd; at < text.length;) {
    const end = endOfLine(text, at);
    const found = text.slice(at, end).lastIndexOf(quote);
    if (found !== -1) return closed(text, start, text.slice(inside, at + found), at + found + quote.length, end);
    at = end;
  }
  return undefined;
}

/** What follows the closer is never read: a comment is kept apart, anything else belongs to the value's place. */
function closed(text: string, start: number, value: string, afterCloser: number, next: number): ScannedValue {
  const tail = skipGoSpace(text, afterCloser, next);
  const end = dropGoSpace(text, afterCloser, next);
  const isComment = text[tail] === '#' || text[tail] === ';';
  if (tail < next && isComment) return { value, start, end: afterCloser, comment: { start: tail, end }, next, open: false };
  return { value, start, end, comment: { start: end, end }, next, open: false };
}

function plain(text: string, start: number, lineEnd: number): ScannedValue {
  const end = dropGoSpace(text, start, lineEnd);
  if (text[end - 1] === '\\') return continued(text, start, end, lineEnd);
  let mark = start;
  while (mark < end && text[mark] !== '#' && text[mark] !== ';') mark++;
  const valueEnd = mark === end ? end : dropGoSpace(text, start, mark);
  const value = withoutQuotes(text.slice(start, valueEnd));
  return { value, start, end: valueEnd, comment: mark === end ? { start: valueEnd, end: valueEnd } : { start: mark, end }, next: lineEnd, open: false };
}

/** A trailing backslash glues the next line on, comments and all; an empty line ends it. */
function continued(text: string, start: number, firstEnd: number, firstNext: number): ScannedValue {
  let value = text.slice(start, firstEnd - 1);
  let end = firstEnd;
  let next = firstNext;
  while (next < text.length) {
    const from = next;
    next = endOfLine(text, from);
    const line = goTrim(text.slice(from, next));
    if (line === '') return { value, start, end, comment: { start: end, end }, next, open: false };
    end = dropGoSpace(text, from, next);
    value += line;
    if (!value.endsWith('\\')) return { value, start, end, comment: { start: end, end }, next, open: false };
    value = value.slice(0, -1);
  }
  return { value, start, end, comment: { start: end, end }, next, open: true };
}

function withoutQuotes(value: string): string {
  const quote = value[0];
  const surrounded = (quote === '"' || quote === "'") && value.length >= 2 && value.indexOf(quote, 1) === value.length - 1;
  return surrounded ? value.slice(1, -1) : value;
}
