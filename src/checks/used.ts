import type { Fingerprint } from '../settings/shown.ts';
import { describeShown, shownValue } from '../settings/shown.ts';
import { wantedText } from '../settings/foresee.ts';
import { type NodeOutlook, outlookOf } from '../settings/outlook.ts';
import { overrideOf } from '../settings/override.ts';
import { type Check, check, failed, type Judgement, passed, type Scene, warned } from './check.ts';
import { placeHint } from './place-hint.ts';
import { everyNode, type LookedAt } from './subjects.ts';

/** What each node uses of what the config says. */
export const usedChecks: readonly Check[] = [
  check({
    id: 'node.shadowed', group: 'config', about: everyNode,
    title: 'Nothing overrides what we write into the config',
    why: 'A GF_ variable or a cfg: argument beats the file: that node would stay on its own database or URL.',
    fix: 'Take the variable or the argument out of the file that sets it (drop-in, /etc/default/grafana-server, container), or write into the cluster file what it says; then restart.',
    judge: judgeShadowed,
  }),
];

function judgeShadowed({ node, facts }: LookedAt, { cluster, facts: all, fingerprint }: Scene): Judgement | undefined {
  const foreseen = outlookOf(node, facts, cluster, all);
  if (!foreseen.ok) return undefined;
  const overridden = foreseen.outlooks.flatMap((outlook) => {
    const override = overrideOf(outlook, facts);
    return override === undefined ? [] : [{ outlook, override, words: `${override.name} (${override.place}) decides ${describe(outlook, fingerprint)}` }];
  });
  const wrong = overridden.filter(({ outlook }) => outlook.isKnown && !outlook.willBeRight);
  const unsure = overridden.filter(({ outlook }) => !outlook.isKnown);
  const [first] = [...wrong, ...unsure];
  if (first === undefined) return passed(overridden.map(({ words }) => words).join('; ') || undefined);
  const finding = {
    code: 'overridden',
    found: [...wrong, ...unsure].map(({ words }) => words).join('; '),
    expected: 'the config alone decides it',
    hint: placeHint(first.override, node, facts, cluster),
  };
  return wrong.length > 0 ? failed(finding) : warned(finding);
}

/** Such as `[database] host: a:5432 instead of b:5432`. */
function describe({ setting: { section, key, wanted }, after, isKnown, willBeRight }: NodeOutlook, fingerprint: Fingerprint): string {
  const used = describeShown(shownValue(key, after?.value ?? '', fingerprint));
  if (!isKnown) return `[${section}] ${key}: ${used}, whatever a push brings`;
  return `[${section}] ${key}: ${used}${willBeRight ? ', as it should be' : ` instead of ${describeShown(shownValue(key, wantedText(wanted), fingerprint))}`}`;
}
