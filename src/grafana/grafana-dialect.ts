import { UserError } from '../errors.ts';
import { commentedKey, leadAfterDelimiter } from '../ini/dialect.ts';
import type { Dialect, Entry } from '../ini/dialect.ts';
import { defaultSection, scanIni } from './scan-ini.ts';

/** Grafana's own ini, with spans exactly as go-ini sees them. */
export const grafanaDialect: Dialect = { unnamedSection: defaultSection, entries, mayFollow };

function entries(text: string): readonly Entry[] {
  const { entries: scanned, failure } = scanIni(text);
  if (failure !== undefined) {
    throw new UserError(`Grafana cannot read this config: line ${failure.line}: ${failure.problem}.`, { hint: `Mend line ${failure.line}; Grafana does not start with it.` });
  }
  const last = scanned.at(-1);
  if (last?.kind === 'setting' && last.value.value === '"""' && last.value.start === text.length - 3) {
    throw new UserError(`Line ${last.line} opens a quote at the very end of the config: anything put behind it would become part of ${last.key}.`, { hint: `Close the quote in line ${last.line}.` });
  }
  const found: Entry[] = [];
  let section = defaultSection;
  for (const entry of scanned) {
    const { start, end } = entry;
    if (entry.kind === 'section') {
      section = entry.name;
      found.push({ kind: 'section', section, start, end });
    } else if (entry.kind === 'setting') {
      const { key, value: { start: valueStart, end: valueEnd, comment, open } } = entry;
      found.push({ kind: 'setting', section, key, start, end, value: { start: valueStart, end: valueEnd }, lead: leadAfterDelimiter(text, entry.afterDelimiter, valueStart), comment, open });
    } else {
      const key = commentedKey(entry.text);
      if (key !== undefined) found.push({ kind: 'commented', section, key, start, end });
    }
  }
  return found;
}

/** A quoted value ends at the last quote of its line, a backslash at the end of a line takes in the next one. */
function mayFollow(written: string, comment: string): boolean {
  if (written.startsWith('"""')) return !comment.includes('"""');
  if (written.startsWith('`')) return !comment.includes('`');
  return !comment.endsWith('\\');
}
