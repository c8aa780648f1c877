import { UserError } from '../errors.ts';
import { pushExit, stageScript, unstageScript } from '../shell/push-files.ts';
import type { PushNotes } from '../shell/push-files.ts';
import type { PushNode } from './push-node.ts';

/** Lays every new file beside its target, on all nodes at once; nothing is live. Rejects with UserError after taking everything away again when one node fails. */
export async function stage(nodes: readonly PushNode[], notes: ReadonlyMap<string, PushNotes>): Promise<void> {
  const staging = nodes.filter(({ files }) => files.length > 0);
  const failures = (await Promise.all(staging.map(async (node) => {
    const failure = await stageOne(node, notes.get(node.name)!);
    return failure === undefined ? [] : [`${node.name}: ${failure}`];
  }))).flat();
  if (failures.length === 0) return;
  await unstage(staging);
  throw new UserError(`The new files could not be laid out, and nothing was changed.\n${failures.join('\n')}`, { hint: 'Mend that, then push again.' });
}

/** Takes away what was laid out on these nodes and never went live. */
export async function unstage(nodes: readonly PushNode[]): Promise<void> {
  await Promise.allSettled(nodes.filter(({ files }) => files.length > 0).map(({ connection, place, files }) => connection.run(unstageScript(place, files))));
}

async function stageOne({ connection, place, files }: PushNode, notes: PushNotes): Promise<string | undefined> {
  try {
    const answer = await connection.run(stageScript(place, files, notes), { timeoutMs: 120_000 });
    if (answer.exitCode === 0) return undefined;
    return describeExit(answer.exitCode) ?? (answer.stderr.trim() || `exit ${answer.exitCode}`);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The sentence for an exit code of our scripts; undefined for any other. */
export function describeExit(exitCode: number): string | undefined {
  if (exitCode === pushExit.changedMeanwhile) return 'a file was edited while the plan was on the screen; push again to see the plan anew';
  if (exitCode === pushExit.damaged) return 'a file did not arrive whole';
  return undefined;
}
