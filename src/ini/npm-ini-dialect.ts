import { unsafe } from 'ini';
import { commentedKey, leadAfterDelimiter } from './dialect.ts';
import type { Dialect, Entry, Span } from './dialect.ts';

/** Ini files that the npm package `ini` reads (its `decode`), with a byte order mark left out. */
export const npmIniDialect: Dialect = {
  unnamedSection: '',
  entries,
  // A quoted value with something behind it keeps its quotes; a backslash would take the comment mark in.
  mayFollow: (written) => !/^["']/.test(written) && !written.endsWith('\\'),
};

function entries(text: string): readonly Entry[] {
  const found: Entry[] = [];
  let section = '';
  for (const { index, 0: whole, groups } of text.matchAll(/(?<line>[^\r\n]+)(?:\r\n|\r|\n|$)/g)) {
    const bom = index === 0 && whole.startsWith('\ufeff') ? 1 : 0;
    const line = (groups?.['line'] ?? '').slice(bom);
    const place = { start: index + bom, end: index + whole.length };
    const comment = /^\s*([;#].*)$/.exec(line)?.[1];
    const header = /^\[([^\]]*)\]\s*$/.exec(line)?.[1];
    if (line.trim() === '') continue;
    if (comment !== undefined) {
      const key = commentedKey(comment);
      if (key !== undefined) found.push({ kind: 'commented', section, key, ...place });
    } else if (header !== undefined) {
      section = unsafe(header);
      found.push({ kind: 'section', section, ...place });
    } else if (!line.startsWith('=')) {
      found.push({ kind: 'setting', section, ...scanSetting(text, line, place.start), ...place, open: false });
    }
  }
  return found;
}

function scanSetting(text: string, line: string, start: number): { key: string; value: Span; lead: string; comment: Span } {
  const delimiter = line.indexOf('=');
  if (delimiter === -1) {
    const end = start + line.trimEnd().length;
    return { key: unsafe(line), value: { start: end, end }, lead: ' = ', comment: { start: end, end } };
  }
  const raw = line.slice(delimiter + 1);
  const from = start + delimiter + 1 + (raw.length - raw.trimStart().length);
  const trimmed = raw.trim();
  const mark = isQuoted(trimmed) ? -1 : commentMark(trimmed);
  const end = from + (mark === -1 ? trimmed : trimmed.slice(0, mark).trimEnd()).length;
  return {
    key: unsafe(line.slice(0, delimiter)),
    value: { start: from, end },
    lead: leadAfterDelimiter(text, start + delimiter + 1, from),
    comment: mark === -1 ? { start: end, end } : { start: from + mark, end: from + trimmed.length },
  };
}

function isQuoted(value: string): boolean {
  return (value.startsWith('"') && value.endsWith('"')) || (value.startsWith("'") && value.endsWith("'"));
}

/** Index of the first `;` or `#` without a backslash before it. */
function commentMark(value: string): number {
  const match = /^(?:[^\\;#]|\\.)*[;#]/s.exec(value);
  return match === null ? -1 : match[0].length - 1;
}
