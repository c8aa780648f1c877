import { expandEnvironment, expandFiles } from './expanders.ts';
import type { ExpanderSources } from './expanders.ts';
import { fileBudget, findSetting, interpolate } from './interpolate.ts';
import { readDefaults, readRawIni } from './read-ini.ts';
import type { RawSetting } from './read-ini.ts';
import { defaultSection } from './scan-ini.ts';

/** Where an effective value was set last. */
export type Origin =
  | { readonly kind: 'default'; readonly line: number }
  | { readonly kind: 'default-argument' }
  /** `line` of the config file; its section may be a sub-section that writes into its parent. */
  | { readonly kind: 'file'; readonly line: number }
  | { readonly kind: 'environment'; readonly name: string; readonly origin: string }
  | { readonly kind: 'argument' };

/** `raw` after expanders, `value` after `%(name)s` too. */
export type EffectiveSetting = { readonly raw: string; readonly value: string; readonly origin: Origin };

export interface EffectiveConfig {
  /** As Grafana looks it up: a key that `[a.b]` does not have is taken from `[a]`. */
  get(section: string, key: string): EffectiveSetting | undefined;
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, EffectiveSetting>>;
}

export type EffectiveReading =
  | { readonly ok: true; readonly config: EffectiveConfig }
  /** Grafana does not start; `origin` is the file, argument or setting at fault. */
  | { readonly ok: false; readonly origin: string; readonly line?: number; readonly problem: string };

export interface EffectiveInput {
  /** Text of conf/defaults.ini. */
  readonly defaults: string;
  /** Text of the file that the unit's `--config` names; empty when there is none. */
  readonly custom: string;
  /** The command line; only `cfg:…` counts. */
  readonly arguments?: readonly string[];
  /** The later of two entries with one name counts. */
  readonly environment?: readonly { readonly name: string; readonly value: string; readonly origin: string }[];
  /** What `$__file{}` finds; undefined: nothing. */
  readonly readFile: (path: string) => string | undefined;
  readonly hostName?: string;
}

type Slot = { raw: string; origin: Origin };
type Slots = Map<string, Map<string, Slot>>;

/** The configuration Grafana runs with: defaults, default arguments, file, environment, arguments, expanders, interpolation (loadConfiguration of pkg/setting/setting.go). */
export function effectiveConfig(input: EffectiveInput): EffectiveReading {
  const defaults = readDefaults(input.defaults);
  if (!defaults.ok) return { ok: false, origin: 'conf/defaults.ini', line: defaults.line, problem: defaults.problem };
  const properties = readArguments(input.arguments ?? []);
  if (typeof properties === 'string') return { ok: false, origin: `the argument ${properties}`, problem: 'it is not cfg:SECTION.KEY=VALUE with exactly one =' };
  const custom = readRawIni(input.custom);
  if (!custom.ok) return { ok: false, origin: 'the config file', line: custom.line, problem: custom.problem };

  const slots: Slots = new Map([...defaults.sections].map(([section, settings]) => [section,
    new Map([...settings].map(([key, { raw, line }]) => [key, { raw, origin: { kind: 'default', line } as Origin }]))]));
  if (properties.size > 0) setEach(slots, (section, key) => withOrigin(properties.get(`default.${section}.${key}`), { kind: 'default-argument' }));
  mergeFile(slots, custom.sections);
  const environment = new Map((input.environment ?? []).map((entry) => [entry.name, entry]));
  if ([...environment.keys()].some((name) => name.startsWith('GF_'))) setEach(slots, (section, key) => {
    const name = environmentName(section, key);
    const entry = environment.get(name);
    return entry === undefined || entry.value === '' ? undefined : { raw: entry.value, origin: { kind: 'environment', name, origin: entry.origin } };
  });
  if (properties.size > 0) setEach(slots, (section, key) => withOrigin(properties.get(section === defaultSection ? key : `${section}.${key}`), { kind: 'argument' }));

  const values = new Map([...environment].map(([name, { value }]) => [name, value]));
  const failure = expandAll(slots, { environment: values, hostName: input.hostName ?? '', readFile: input.readFile });
  return failure ?? interpolateAll(slots);
}

/** The variable that overrides a setting (EnvKey): `.` and, in the section, `-` become `_`. */
export function environmentName(section: string, key: string): string {
  return `GF_${goUpper(section.replace(/[.-]/g, '_'))}_${goUpper(key.replaceAll('.', '_'))}`;
}

/** Properties by name, the later counts; or the argument Grafana exits over. */
function readArguments(all: readonly string[]): ReadonlyMap<string, string> | string {
  const properties = new Map<string, string>();
  for (const argument of all) {
    if (!argument.startsWith('cfg:')) continue;
    const [name = '', value, ...more] = argument.slice('cfg:'.length).split('=');
    if (value === undefined || more.length > 0) return argument.split('=')[0] ?? argument;
    properties.set(name, value);
  }
  return properties;
}

function withOrigin(raw: string | undefined, origin: Origin): Slot | undefined {
  return raw === undefined ? undefined : { raw, origin };
}

function setEach(slots: Slots, find: (section: string, key: string) => Slot | undefined): void {
  for (const [section, settings] of slots) {
    for (const [key, slot] of settings) Object.assign(slot, find(section, key));
  }
}

/** loadSpecifiedConfigFile: empty values are skipped, and a key that `[a.b]` lacks overwrites that of `[a]`. */
function mergeFile(slots: Slots, sections: ReadonlyMap<string, ReadonlyMap<string, RawSetting>>): void {
  for (const [section, settings] of sections) {
    for (const [key, { raw, line }] of settings) {
      if (raw === '') continue;
      const own = slots.get(section) ?? new Map<string, Slot>();
      slots.set(section, own);
      const written: Slot = { raw, origin: { kind: 'file', line } };
      const existing = findSetting(slots, section, key);
      if (existing === undefined) own.set(key, written);
      else Object.assign(existing, written);
    }
  }
}

function expandAll(slots: Slots, sources: ExpanderSources): EffectiveReading | undefined {
  for (const [section, settings] of slots) {
    for (const [key, slot] of settings) {
      if (!slot.raw.includes('$')) continue;
      const expansion = expandFiles(expandEnvironment(slot.raw, sources), sources);
      if (!expansion.ok) return { ok: false, origin: `${section}.${key}`, ...lineOf(slot.origin), problem: expansion.problem };
      slot.raw = expansion.text;
    }
  }
  return undefined;
}

function interpolateAll(slots: Slots): EffectiveReading {
  const budget = fileBudget();
  const sections = new Map<string, Map<string, EffectiveSetting>>();
  for (const [section, settings] of slots) {
    const read = new Map<string, EffectiveSetting>();
    for (const [key, slot] of settings) {
      const value = interpolate(slots, section, slot, budget);
      if (value === undefined) return { ok: false, origin: `${section}.${key}`, ...lineOf(slot.origin), problem: '%(…)s grows without end' };
      read.set(key, { raw: slot.raw, value, origin: slot.origin });
    }
    sections.set(section, read);
  }
  return { ok: true, config: { sections, get: (section, key) => findSetting(sections, section, key) } };
}

function lineOf(origin: Origin): { line?: number } {
  return origin.kind === 'file' || origin.kind === 'default' ? { line: origin.line } : {};
}

/** Go maps one letter to one letter. */
function goUpper(text: string): string {
  return [...text].map((letter) => { const upper = letter.toUpperCase(); return [...upper].length === 1 ? upper : letter; }).join('');
}
