import type { Secret } from '../cluster/secret.ts';
import { UserError } from '../errors.ts';
import type { NodeFacts } from '../facts.ts';
import type { EffectiveSetting } from '../grafana/effective-config.ts';
import { foresee, type Outlook } from './foresee.ts';
import { overrideOf } from './override.ts';
import type { ManagedSetting } from './managed-setting.ts';

/** A node's config as it is to become, and what makes the difference. */
export interface MergedConfig {
  readonly text: string;
  readonly differing: readonly Difference[];
  /** Contents of the secret files that the differing settings refer to, by path. */
  readonly secretFiles: ReadonlyMap<string, Secret>;
  /** All managed settings, in the order of a config. */
  readonly outlooks: readonly Outlook[];
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
  const foreseen = foresee(facts, settings);
  if (!foreseen.ok) {
    const line = foreseen.line === undefined ? '' : `, line ${foreseen.line}`;
    throw new UserError(`Grafana on ${node} cannot read ${foreseen.origin}${line}: ${foreseen.problem}.`, { hint: `Mend ${facts.configPath} on ${node}, then push again.` });
  }
  const { text, secretFiles, outlooks } = foreseen;
  const wrong = outlooks.find(({ willBeRight }) => !willBeRight);
  if (wrong !== undefined) {
    const { setting: { section, key } } = wrong;
    const { name, place } = overrideOf(wrong, facts) ?? { name: 'nothing', place: facts.configPath };
    throw new UserError(`${node} would not read [${section}] ${key} as pushed: ${name} (${place}) decides it.`, { hint: 'Remove that override, then push again.' });
  }
  return { text, secretFiles, outlooks, differing: outlooks.filter(({ isRightNow }) => !isRightNow).map(({ setting, before }) => ({ setting, before })) };
}
