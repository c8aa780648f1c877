import { type Catalogue, catalogueFor } from './catalogue.ts';
import { effectiveConfig, type EffectiveReading, type Origin } from './effective-config.ts';
import { findExpanders } from './expanders.ts';
import type { LintFinding } from './lint-finding.ts';
import { type RawIniReading, readDefaults } from './read-ini.ts';
import { defaultSection, type Scanned, scanIni } from './scan-ini.ts';

export interface LintInput {
  /** Text of the config file. */
  readonly text: string;
  readonly version: string;
  /** Text of the node's own conf/defaults.ini; absent: the defaults of the catalogue. */
  readonly defaults?: string;
  /** What Grafana runs with, from defaults, file, environment and arguments; absent: from the file alone. */
  readonly effective?: EffectiveReading;
  /** On the node's own interfaces; absent or empty: not known. */
  readonly addresses?: readonly string[];
}

/** A setting of the file, in file order. */
export interface WrittenSetting {
  readonly section: string;
  readonly key: string;
  /** As go-ini reads it, before expanders and `%(…)s`. */
  readonly raw: string;
  readonly line: number;
  readonly scanned: Extract<Scanned, { kind: 'setting' }>;
}

/** A value as Grafana will have it. */
export interface SeenValue {
  readonly value: string;
  /** Where the file says so. */
  readonly line?: number;
  /** Somebody wrote it: it is no default. */
  readonly isSet: boolean;
}

/** All that a rule may look at. */
export interface Sight {
  readonly text: string;
  readonly version: string;
  readonly catalogue: Catalogue;
  /** The unnamed section has none. */
  readonly headers: readonly { readonly name: string; readonly line: number }[];
  readonly written: readonly WrittenSetting[];
  /** Undefined: nobody says, or what an expander brings is not known here. */
  see(section: string, key: string): SeenValue | undefined;
  /** Whether defaults.ini has the section. */
  isDefaultSection(section: string): boolean;
  isDefaultSetting(section: string, key: string): boolean;
  defaultOf(section: string, key: string): string | undefined;
  readonly effective: EffectiveReading;
  readonly addresses: readonly string[];
}

/** A rule looks and says what it found. */
export type LintRule = (sight: Sight) => readonly LintFinding[];

/** Prepares what the rules look at; the text must be one that go-ini parses. */
export function lookAt({ text, version, defaults, effective, addresses = [] }: LintInput): Sight {
  const catalogue = catalogueFor(version);
  const own: RawIniReading | undefined = defaults === undefined ? undefined : readDefaults(defaults);
  const ownDefaults = own?.ok ? own.sections : undefined;
  const { entries } = scanIni(text);
  const written = settingsOf(entries);
  const defaultOf = (section: string, key: string) => (ownDefaults === undefined ? catalogued(catalogue, section, key) : ownDefaults.get(section)?.get(key)?.raw);
  const alone = effective ?? effectiveConfig({ defaults: defaults ?? defaultsText(catalogue), custom: text, readFile: () => '' });
  const raws = new Map(written.map((setting) => [setting.line, setting.raw]));
  return {
    text, version, catalogue, written, defaultOf, effective: alone, addresses,
    isDefaultSection: (section) => ownDefaults?.has(section) === true,
    isDefaultSetting: (section, key) => defaultOf(section, key) !== undefined,
    headers: entries.flatMap((entry) => (entry.kind === 'section' ? [{ name: entry.name, line: entry.line }] : [])),
    see: (section, key) => {
      const found = alone.ok ? alone.config.get(section, key) : undefined;
      if (found === undefined) return undefined;
      const line = found.origin.kind === 'file' ? found.origin.line : undefined;
      if (effective === undefined && line !== undefined && findExpanders(raws.get(line) ?? '').length > 0) return undefined;
      return { value: found.value, isSet: isSet(found.origin), ...(line === undefined ? {} : { line }) };
    },
  };
}

function catalogued(catalogue: Catalogue, section: string, key: string): string | undefined {
  const known = catalogue.get(section)?.settings.get(key);
  return known?.standing.kind === 'known' ? known.default : undefined;
}

function isSet({ kind }: Origin): boolean {
  return kind !== 'default' && kind !== 'default-argument';
}

function settingsOf(entries: readonly Scanned[]): readonly WrittenSetting[] {
  let section = defaultSection;
  return entries.flatMap((entry) => {
    if (entry.kind === 'section') section = entry.name;
    return entry.kind === 'setting' ? [{ section, key: entry.key, raw: entry.value.value, line: entry.line, scanned: entry }] : [];
  });
}

/** The catalogue's defaults as an ini text. */
function defaultsText(catalogue: Catalogue): string {
  return [...catalogue].map(([section, { settings }]) => {
    const lines = [...settings].flatMap(([key, known]) => (known.default === undefined || known.standing.kind !== 'known' ? [] : [`${key} = """${known.default}"""\n`]));
    return lines.length === 0 ? '' : `[${section}]\n${lines.join('')}`;
  }).join('');
}
