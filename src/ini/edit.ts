import type { Dialect, Entry, Span } from './dialect.ts';

/** `written` stands in the text as it is, quotes and all; undefined removes the setting. */
export interface Change {
  readonly section: string;
  readonly key: string;
  readonly written: string | undefined;
}

/** Sets one setting; every byte that is not its value stays. */
export function setSetting(text: string, change: { readonly section: string; readonly key: string; readonly written: string }, dialect: Dialect): string {
  return editText(text, [change], dialect);
}

/** Removes every occurrence of a setting, so that no older one comes to light. */
export function removeSetting(text: string, { section, key }: { readonly section: string; readonly key: string }, dialect: Dialect): string {
  return editText(text, [{ section, key, written: undefined }], dialect);
}

/** Makes all changes in one pass; of two changes to one setting the later counts. Of duplicates the last is set: it is the one that is read. */
export function editText(text: string, changes: readonly Change[], dialect: Dialect): string {
  const sections = indexSections(dialect.entries(text));
  const wanted = new Map(changes.map((change) => [JSON.stringify([change.section, change.key]), change]));
  const insertions: Patch[] = [];
  const replacements: Patch[] = [];
  const added = new Map<string, string[]>();
  for (const { section, key, written } of wanted.values()) {
    const known = sections.get(section);
    const occurrences = known?.settings.get(key) ?? [];
    const last = occurrences.at(-1);
    if (written === undefined) for (const { start, end } of occurrences) replacements.push({ of: start, start, end, text: '' });
    else if (last !== undefined) replacements.push(...replaceValue(text, last, written, dialect));
    else if (known !== undefined) insertions.push(insertAfter(text, known.commented.get(key) ?? known.last, `${key} = ${written}`));
    else added.set(section, [...(added.get(section) ?? []), `${key} = ${written}`]);
  }
  const unnamed = added.get(dialect.unnamedSection) ?? [];
  added.delete(dialect.unnamedSection);
  const top = unnamed.map((line) => insertAtTop(text, line));
  return appendSections(text, applyPatches(text, [...replacements, ...top, ...insertions]), added);
}

type Setting = Extract<Entry, { kind: 'setting' }>;

interface SectionIndex {
  readonly settings: Map<string, Setting[]>;
  readonly commented: Map<string, Entry>;
  /** Behind this a new setting goes: the last setting, else the last one commented out, else the header. */
  last: Entry;
}

function indexSections(entries: readonly Entry[]): ReadonlyMap<string, SectionIndex> {
  const rank = { section: 0, commented: 1, setting: 2 };
  const sections = new Map<string, SectionIndex>();
  for (const entry of entries) {
    const index = sections.get(entry.section) ?? { settings: new Map<string, Setting[]>(), commented: new Map<string, Entry>(), last: entry };
    sections.set(entry.section, index);
    if (rank[entry.kind] >= rank[index.last.kind]) index.last = entry;
    if (entry.kind === 'commented') index.commented.set(entry.key, entry);
    if (entry.kind !== 'setting') continue;
    const occurrences = index.settings.get(entry.key);
    if (occurrences === undefined) index.settings.set(entry.key, [entry]);
    else occurrences.push(entry);
  }
  return sections;
}

interface Patch extends Span {
  /** Start of the entry it belongs to; where two patches meet, that of the earlier entry comes first. */
  readonly of: number;
  readonly text: string;
}

/** Where the comment behind the old value would spoil the new one, it moves to a line of its own. */
function replaceValue(text: string, { start, value, comment, lead }: Setting, written: string, dialect: Dialect): readonly Patch[] {
  const empty = value.start === value.end;
  const words = text.slice(comment.start, comment.end);
  if (words !== '' && !dialect.mayFollow(written, words)) {
    return [
      { of: start, start, end: start, text: indentation(text, start) + words + lineBreakAt(text, comment.end) },
      { of: start, start: value.start, end: comment.end, text: (empty ? lead : '') + written },
    ];
  }
  return [{ of: start, ...value, text: empty ? lead + written + (words === '' ? '' : ' ') : written }];
}

function insertAfter(text: string, anchor: Entry, line: string): Patch {
  const lineBreak = lineBreakAt(text, anchor.start);
  const indented = (anchor.kind === 'section' ? '' : indentation(text, anchor.start)) + line;
  const gap = anchor.kind === 'setting' && anchor.open ? lineBreak : '';
  const ended = text[anchor.end - 1] === '\n' || text[anchor.end - 1] === '\r';
  return { of: anchor.start, start: anchor.end, end: anchor.end, text: ended ? gap + indented + lineBreak : lineBreak + gap + indented };
}

function insertAtTop(text: string, line: string): Patch {
  const start = text.startsWith('\ufeff') ? 1 : 0;
  return { of: -1, start, end: start, text: line + lineBreakAt(text, 0) };
}

function indentation(text: string, lineStart: number): string {
  let end = lineStart;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return text.slice(lineStart, end);
}

/** The line break that ends the line at `from`; on the last line that of the line before. */
function lineBreakAt(text: string, from: number): string {
  const here = text.indexOf('\n', from);
  const newline = here === -1 ? text.lastIndexOf('\n') : here;
  return newline > 0 && text[newline - 1] === '\r' ? '\r\n' : '\n';
}

function applyPatches(text: string, patches: readonly Patch[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const patch of patches.toSorted((a, b) => a.start - b.start || a.of - b.of)) {
    parts.push(text.slice(at, patch.start), patch.text);
    at = patch.end;
  }
  return parts.join('') + text.slice(at);
}

function appendSections(original: string, text: string, sections: ReadonlyMap<string, readonly string[]>): string {
  const lineBreak = lineBreakAt(original, original.length);
  let appended = text;
  for (const [section, lines] of sections) {
    if (!/(^\ufeff?|\n)$/.test(appended)) appended += lineBreak;
    if (!/(^\ufeff?|\n\r?\n)$/.test(appended)) appended += lineBreak;
    appended += [`[${section}]`, ...lines, ''].join(lineBreak);
  }
  return appended;
}
