import type { Entry, Problem } from './cluster-file-entries.ts';
import type { Parse } from './cluster-file-values.ts';
import type { Parsed } from './parsed.ts';

/** Reads typed settings out of entries and keeps the problems it meets. */
export interface SettingsReader {
  /** Undefined when the key is absent or its value is refused. */
  optional<Value>(section: string, key: string, parse: Parse<Value>): Value | undefined;
  /** As `optional`; an absent key is a problem too. `example` is a line to type. */
  required<Value>(section: string, key: string, parse: Parse<Value>, example: string): Value | undefined;
  all(section: string): readonly Entry[];
  /** Each section that holds a key, with the line of its first one. */
  sections(): readonly { readonly section: string; readonly line: number }[];
  /** The value; undefined after taking note of why it was refused. */
  check<Value>(entry: Entry, parsed: Parsed<Value>): Value | undefined;
  report(problem: Problem): void;
  readonly problems: readonly Problem[];
}

export function settingsReader(entries: readonly Entry[]): SettingsReader {
  const problems: Problem[] = [];
  const find = (section: string, key: string): Entry | undefined => entries.find((entry) => entry.section === section && entry.key === key);
  const check = <Value>(entry: Entry, parsed: Parsed<Value>): Value | undefined => {
    if (parsed.ok) return parsed.value;
    problems.push({ line: entry.line, problem: `[${entry.section}] ${entry.key}: ${parsed.problem}`, hint: parsed.hint });
    return undefined;
  };
  const optional: SettingsReader['optional'] = (section, key, parse) => {
    const entry = find(section, key);
    return entry === undefined ? undefined : check(entry, parse(entry.value));
  };
  return {
    optional,
    required: (section, key, parse, example) => {
      if (find(section, key) === undefined) problems.push({ problem: `[${section}] ${key} is missing`, hint: `Add to [${section}]: ${example}` });
      return optional(section, key, parse);
    },
    all: (section) => entries.filter((entry) => entry.section === section),
    sections: () => entries.filter((entry, index) => entries.findIndex((other) => other.section === entry.section) === index),
    check,
    report: (problem) => void problems.push(problem),
    problems,
  };
}
