import type { Check, Group, Judged } from './check.ts';
import { everyCheck } from './every-check.ts';

/** What has to hold before a push. What people reach the nodes through comes last, and what the push itself mends or waits for is told: neither stops one. */
export const checksBeforePush: readonly Check[] = everyCheck
  .filter(({ group }) => group !== 'url')
  .map((one) => ({ ...one, judgeAll: (scene) => one.judgeAll(scene).map(told) }));

export const groupsBeforePush: ReadonlySet<Group> = new Set(checksBeforePush.map(({ group }) => group));

function told(judged: Judged): Judged {
  const { judgement } = judged;
  return judgement.outcome === 'failed' && judgement.mendedByPush ? { ...judged, judgement: { ...judgement, outcome: 'warned' } } : judged;
}
