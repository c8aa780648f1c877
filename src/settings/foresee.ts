import { Secret } from '../cluster/secret.ts';
import type { NodeFacts } from '../facts.ts';
import { editIni } from '../grafana/edit-ini.ts';
import type { EffectiveConfig, EffectiveReading, EffectiveSetting } from '../grafana/effective-config.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { findExpanders } from '../grafana/expanders.ts';
import { readRawIni } from '../grafana/read-ini.ts';
import type { ManagedSetting, Wanted } from './managed-setting.ts';
import { writeSetting } from './write-setting.ts';

/** A node's config with the managed settings in it, and what Grafana will make of it. */
export type Foreseen =
  | { readonly ok: true; readonly text: string; readonly secretFiles: ReadonlyMap<string, Secret>; readonly outlooks: readonly Outlook[] }
  /** Grafana reads neither the config as it is nor as it would be. */
  | Extract<EffectiveReading, { ok: false }>;

/** One managed setting on a node. */
export interface Outlook {
  readonly setting: ManagedSetting;
  /** What Grafana reads today. */
  readonly before: EffectiveSetting | undefined;
  /** What it will read once the config says what we want. */
  readonly after: EffectiveSetting | undefined;
  readonly isRightNow: boolean;
  readonly willBeRight: boolean;
}

/** Puts the managed settings into the config of a node and reads it as Grafana would; one whose effective value is right stays as it is written. Throws UserError when a value cannot be written. */
export function foresee(facts: NodeFacts, settings: readonly ManagedSetting[]): Foreseen {
  const facing = withMissingFiles(facts);
  const before = effectiveOf(facing);
  if (!before.ok) return before;
  const present = facts.config?.text ?? '';
  const differing = settings.filter((setting) => !isRight(setting, find(before.config, setting), present));
  const writings = differing.map((setting) => ({ setting, ...writeSetting(setting) }));
  const secretFiles = new Map(writings.flatMap(({ file }) => (file === undefined ? [] : [[file.path, file.content] as const])));
  const text = editIni(present, writings.map(({ setting: { section, key }, value }) => ({ section, key, written: value })));
  const after = effectiveOf({ ...facing, config: { ...(facts.config ?? noFile), text }, secretFiles: new Map([...emptyFiles(text), ...facing.secretFiles, ...secretFiles]) });
  if (!after.ok) return after;
  const outlooks = settings.map((setting) => {
    const [now, then] = [find(before.config, setting), find(after.config, setting)];
    return { setting, before: now, after: then, isRightNow: isRight(setting, now, present), willBeRight: isRight(setting, then, text) };
  });
  return { ok: true, text, secretFiles, outlooks };
}

function find(config: EffectiveConfig, { section, key }: ManagedSetting): EffectiveSetting | undefined {
  return config.get(section, key);
}

/** The text Grafana is to read; empty: it is not to find any. */
export function wantedText(wanted: Wanted): string {
  if (wanted.kind === 'absent') return '';
  return wanted.kind === 'text' ? wanted.text : wanted.secret.reveal();
}

function isRight({ section, key, wanted }: ManagedSetting, found: EffectiveSetting | undefined, config: string): boolean {
  if (wanted.kind === 'text' && wanted.asWritten === true) {
    const reading = readRawIni(config);
    return found?.origin.kind === 'file' && reading.ok && reading.sections.get(section)?.get(key)?.raw === wanted.text;
  }
  return (found?.value ?? '') === wantedText(wanted);
}

const noFile = { path: '', realPath: '', sha256: '', owner: '', mode: '', fileSystem: '', mountPoint: false, text: '' };

/** A secret file that is gone stops Grafana, but not us: it is about to be written. */
function withMissingFiles(facts: NodeFacts): NodeFacts {
  return { ...facts, secretFiles: new Map([...emptyFiles(facts.config?.text ?? ''), ...facts.secretFiles]) };
}

/** Every file that a config names, as if nothing were in it: one that is named for the first time was not read. */
function emptyFiles(text: string): readonly (readonly [path: string, content: Secret])[] {
  return findExpanders(text).filter(({ provider }) => provider === '__file').map(({ argument }) => [argument, new Secret('')]);
}
