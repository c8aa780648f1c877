import { spellings } from './secret-spellings.ts';
import type { Secret } from './secret.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

const placeholder = '[secret]';

/**
 * The text with every known secret hidden, however it is spelled: raw, percent-encoded, base64 (alone or inside `user:password`), and as
 * JSON, Go, shell, DSN, SQL and ini write it. A secret of one to three characters is hidden only where it stands as a whole word: hiding each
 * of its letters would make the text unreadable and, by the holes, tell the secret.
 */
export function redact(text: string, secrets: readonly Secret[]): string {
  const hidden = secrets.flatMap((secret) => rangesOf(text, secret.reveal()));
  let result = '';
  let shown = 0;
  for (const { start, end } of union(hidden)) {
    result += text.slice(shown, start) + placeholder;
    shown = end;
  }
  return result + text.slice(shown);
}

function rangesOf(text: string, secret: string): readonly Range[] {
  if (secret.trim() === '') return [];
  const { plain, base64 } = spellings(secret);
  const short = [...secret].length < 4;
  const direct = plain.flatMap((spelling) => find(text, spelling)).filter((range) => !short || isWholeWord(text, range));
  return short ? direct : [...direct, ...base64.flatMap((spelling) => findBase64(text, spelling))];
}

function find(text: string, spelling: string): readonly Range[] {
  const ranges: Range[] = [];
  for (let start = text.indexOf(spelling); start >= 0; start = text.indexOf(spelling, start + 1)) ranges.push({ start, end: start + spelling.length });
  return ranges;
}

function isWholeWord(text: string, { start, end }: Range): boolean {
  return !/[\p{L}\p{N}_]$/u.test(text.slice(Math.max(0, start - 2), start)) && !/^[\p{L}\p{N}_]/u.test(text.slice(end, end + 2));
}

/** The whole run of base64 around each match: the letters beside it hold the rest of the secret's first and last byte, and the user name before it. */
function findBase64(text: string, spelling: string): readonly Range[] {
  const ranges: Range[] = [];
  for (let at = text.indexOf(spelling); at >= 0; at = text.indexOf(spelling, ranges.at(-1)!.end)) {
    let [start, end] = [at, at + spelling.length];
    while (start > 0 && /[A-Za-z0-9+/_-]/.test(text[start - 1]!)) start--;
    while (end < text.length && /[A-Za-z0-9+/_=-]/.test(text[end]!)) end++;
    ranges.push({ start, end });
  }
  return ranges;
}

/** Overlapping and touching ranges become one, so that no end of a longer secret stays visible. */
function union(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  for (const range of ranges.toSorted((one, other) => one.start - other.start)) {
    const last = merged.at(-1);
    if (last !== undefined && range.start <= last.end) merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    else merged.push(range);
  }
  return merged;
}
