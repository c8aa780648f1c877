import { afterNode, beforeNode } from './around-node.ts';
import { bringBack } from './bring-back.ts';
import type { RollInput } from './roll.ts';
import type { NodeResult, Rolled } from './rolled.ts';
import { isSpared } from './spared.ts';
import type { StepContext } from './steps.ts';

/** With `rollback-all`, gives the nodes that a failed roll had already changed their old files back, the last one first, each healthy before the next. */
export async function takeBack({ nodes, cluster }: RollInput, rolled: Rolled, context: StepContext): Promise<Rolled> {
  const hasFailed = rolled.nodes.some(({ failures }) => failures.length > 0);
  if (context.onFailure !== 'rollback-all' || !hasFailed || rolled.interrupted) return rolled;
  const results = new Map(rolled.nodes.map((result) => [result.name, result]));
  for (const node of nodes.toReversed()) {
    const result = results.get(node.name);
    if (result?.state !== 'healthy' || context.signal.aborted) continue;
    const back = await takeBackOne(node, result, cluster, context);
    results.set(node.name, back);
    if (back.state !== 'restored') break;
  }
  return { nodes: [...results.values()], interrupted: context.signal.aborted };
}

async function takeBackOne(node: RollInput['nodes'][number], result: NodeResult, cluster: RollInput['cluster'], context: StepContext): Promise<NodeResult> {
  if (!(await isSpared(node, cluster, context.world))) {
    return { ...result, failures: [...result.failures, { found: 'It keeps its new config: no other node is healthy.', log: [] }] };
  }
  const unready = await beforeNode(node, 'rollback', context);
  if (unready !== undefined) return { ...result, failures: [...result.failures, unready] };
  return afterNode(node, await bringBack(node, result.failures, context, { mayRun: true }), 'rollback', context);
}
