import { defaultSection } from './scan-ini.ts';

/** Sections by name, settings by key: what `%(name)s` looks into. */
export type RawSections<Setting extends { readonly raw: string }> = ReadonlyMap<string, ReadonlyMap<string, Setting>>;

/** What all values of one file may cost together, in characters written, before we say that it runs away. */
export interface Budget {
  characters: number;
}

/** A budget no sane file uses up; go-ini itself has no bound and takes Grafana down with it. */
export function fileBudget(): Budget {
  return { characters: 32_000_000 };
}

/** The section whose setting go-ini's GetKey finds: a key that `[a.b]` does not have is looked for in `[a]`. */
export function holdingSection(sections: ReadonlyMap<string, ReadonlyMap<string, unknown>>, section: string, key: string): string | undefined {
  for (let at = section; ;) {
    // A section called `.x` has the unnamed section as its parent.
    const name = at === '' ? defaultSection : at;
    if (sections.get(name)?.has(key)) return name;
    const dot = at.lastIndexOf('.');
    if (dot === -1) return undefined;
    at = at.slice(0, dot);
  }
}

/** Finds a setting as go-ini's GetKey does. */
export function findSetting<Setting extends { readonly raw: string }>(sections: RawSections<Setting>, section: string, key: string): Setting | undefined {
  const holder = holdingSection(sections, section, key);
  return holder === undefined ? undefined : sections.get(holder)?.get(key);
}

const maxDepth = 99;

/** The first `%(name)s` of a text, name included; linear, where the regular expression `%\(([^)]+)\)s` is not. */
export function findReference(text: string): { readonly whole: string; readonly name: string } | undefined {
  for (let start = text.indexOf('%('); start !== -1;) {
    const close = text.indexOf(')', start + 2);
    if (close === -1) return undefined;
    if (close > start + 2 && text[close + 1] === 's') return { whole: text.slice(start, close + 2), name: text.slice(start + 2, close) };
    start = text.indexOf('%(', close);
  }
  return undefined;
}

/** Replaces `%(name)s` as go-ini's transformValue does; undefined when the budget is used up. */
export function interpolate<Setting extends { readonly raw: string }>(sections: RawSections<Setting>, section: string, setting: Setting, budget: Budget): string | undefined {
  let value = setting.raw;
  for (let depth = 0; depth < maxDepth; depth++) {
    const match = findReference(value);
    if (match === undefined) break;
    const { whole, name } = match;
    let found = findSetting(sections, section, name);
    if (found === undefined || found === setting) found = sections.get(defaultSection)?.get(name);
    if (found === undefined) break;
    const parts = value.split(whole);
    budget.characters -= value.length + (parts.length - 1) * found.raw.length;
    if (budget.characters < 0) return undefined;
    value = parts.join(found.raw);
  }
  return value;
}
