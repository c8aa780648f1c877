import type { Cluster } from '../cluster/cluster.ts';
import type { Facts } from '../facts.ts';
import { wantedText } from '../settings/foresee.ts';
import { outlookOf } from '../settings/outlook.ts';
import { type Override, overrideOf } from '../settings/override.ts';
import { describeShown, type Fingerprint, shownValue } from '../settings/shown.ts';

/** A managed setting on one node; secrets are fingerprints of this run. */
export interface UsedSetting {
  readonly node: string;
  readonly section: string;
  readonly key: string;
  /** What the node uses today. */
  readonly now: string;
  /** What the config will say after a push; absent: not known before it. */
  readonly config?: string;
  /** What the node will use then. */
  readonly use: string;
  /** What decides it instead of the config. */
  readonly shadowedBy?: Override;
}

/** Says of every managed setting what the config will say, what the node will use, and what shadows it; nodes whose config cannot be read are left out. */
export function usedSettings(cluster: Cluster, facts: Facts, fingerprint: Fingerprint): readonly UsedSetting[] {
  return cluster.nodes.flatMap((node) => {
    const gathered = facts.nodes.find(({ name }) => name === node.name)?.node;
    const foreseen = gathered?.ok ? outlookOf(node, gathered.facts, cluster, facts) : undefined;
    if (!gathered?.ok || foreseen?.ok !== true) return [];
    return foreseen.outlooks.map((outlook) => {
      const { setting: { section, key, wanted }, before, after, isKnown } = outlook;
      const show = (text = ''): string => describeShown(shownValue(key, text, fingerprint));
      const override = overrideOf(outlook, gathered.facts);
      return {
        node: node.name, section, key, now: show(before?.value),
        ...(isKnown ? { config: show(wantedText(wanted)) } : {}),
        use: isKnown || override !== undefined ? show(after?.value) : 'what a push brings',
        ...(override === undefined ? {} : { shadowedBy: override }),
      };
    });
  });
}
