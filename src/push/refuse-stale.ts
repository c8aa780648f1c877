import { UserError } from '../errors.ts';
import { hasTheirs } from '../plan/plan.ts';
import { asFoundScript } from '../shell/push-files.ts';
import { lockedBy } from './lock.ts';
import type { PreparedPush } from './prepare-push.ts';

/** Rejects with UserError when what looks like somebody's edit is another push at work: a node was asked what lies there first, and later what pushes left there. */
export async function refuseStale({ plan, outcomes, connections }: Pick<PreparedPush, 'plan' | 'outcomes' | 'connections'>): Promise<void> {
  if (!hasTheirs(plan)) return;
  await Promise.all(plan.nodes.map(async ({ name }) => {
    const outcome = outcomes.find(({ node }) => node.name === name);
    const connection = connections.find((one) => one.name === name);
    if (outcome === undefined || connection === undefined) return;
    const { node, facts: { configPath, config }, files } = outcome;
    const found = [{ path: configPath, expectedSha256: config?.sha256 }, ...files];
    if ((await connection.run(asFoundScript(found))).exitCode === 0) return;
    throw await lockedBy({ connection, statePath: node.grafana.statePath }) ?? new UserError(`Files on ${name} changed while they were looked at.`, { hint: 'Try again.' });
  }));
}
