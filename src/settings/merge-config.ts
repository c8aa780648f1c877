import { Secret } from '../cluster/secret.ts';
import { UserError } from '../errors.ts';
import type { NodeFacts } from '../facts.ts';
import { editIni } from '../grafana/edit-ini.ts';
import type { EffectiveConfig, EffectiveSetting } from '../grafana/effective-config.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { findExpanders } from '../grafana/expanders.ts';
import type { ManagedSetting, Wanted } from './settings-for.ts';
import { writeSetting } from './write-setting.ts';

/** A node's config as it is to become, and what makes the difference. */
export interface MergedConfig {
  readonly text: string;
  readonly differing: readonly Difference[];
  /** Contents of the secret files that the differing settings refer to, by path. */
  readonly secretFiles: ReadonlyMap<string, Secret>;
}

export interface Difference {
  readonly setting: ManagedSetting;
  /** What Grafana reads today. */
  readonly before: EffectiveSetting | undefined;
}

/**
 * Puts the managed settings into the config of a node. One whose effective value is right is left as it is, however it
 * is written. Throws UserError when Grafana could not read the present config, or would not read the new one as wanted.
 */
export function mergeConfig(node: string, facts: NodeFacts, settings: readonly ManagedSetting[]): MergedConfig {
  const before = readOrFail(node, withMissingFiles(facts));
  const differing = settings.flatMap((setting) => {
    const found = before.get(setting.section, setting.key);
    return isRight(setting.wanted, found) ? [] : [{ setting, before: found }];
  });
  const writings = differing.map(({ setting }) => ({ setting, ...writeSetting(setting) }));
  const secretFiles = new Map(writings.flatMap(({ file }) => (file === undefined ? [] : [[file.path, file.content] as const])));
  const text = editIni(facts.config?.text ?? '', writings.map(({ setting: { section, key }, value }) => ({ section, key, written: value })));
  const merged = { text, differing, secretFiles };
  verify(node, facts, settings, merged);
  return merged;
}

/** Reads the new text by Grafana's rules, with the new secret files in place. */
function verify(node: string, facts: NodeFacts, settings: readonly ManagedSetting[], { text, secretFiles }: MergedConfig): void {
  const facing = withMissingFiles(facts);
  const after = readOrFail(node, {
    ...facing,
    config: { ...(facts.config ?? noFile), text },
    secretFiles: new Map([...facing.secretFiles, ...secretFiles]),
  });
  for (const { section, key, wanted } of settings) {
    const found = after.get(section, key);
    if (isRight(wanted, found)) continue;
    throw new UserError(`${node} would not read [${section}] ${key} as pushed: ${describeOrigin(found)} decides it.`, {
      hint: 'Remove that override, then push again.',
    });
  }
}

function isRight(wanted: Wanted, found: EffectiveSetting | undefined): boolean {
  const value = found?.value ?? '';
  if (wanted.kind === 'absent') return value === '';
  return value === (wanted.kind === 'text' ? wanted.text : wanted.secret.reveal());
}

const noFile = { path: '', realPath: '', sha256: '', owner: '', mode: '', fileSystem: '', mountPoint: false, text: '' };

/** A secret file that is gone stops Grafana, but not us: it is about to be written. */
function withMissingFiles(facts: NodeFacts): NodeFacts {
  const named = findExpanders(facts.config?.text ?? '').filter(({ provider }) => provider === '__file');
  return { ...facts, secretFiles: new Map([...named.map(({ argument }) => [argument, new Secret('')] as const), ...facts.secretFiles]) };
}

function readOrFail(node: string, facts: NodeFacts): EffectiveConfig {
  const reading = effectiveOf(facts);
  if (reading.ok) return reading.config;
  const line = reading.line === undefined ? '' : `, line ${reading.line}`;
  throw new UserError(`Grafana on ${node} cannot read ${reading.origin}${line}: ${reading.problem}.`, {
    hint: `Mend ${facts.configPath} on ${node}, then push again.`,
  });
}

function describeOrigin(found: EffectiveSetting | undefined): string {
  switch (found?.origin.kind) {
    case 'environment': return `${found.origin.name} (${found.origin.origin})`;
    case 'argument': return 'a cfg: argument of the service';
    case 'file': return `line ${found.origin.line} of the config`;
    case undefined: return 'nothing';
    default: return "Grafana's default";
  }
}
