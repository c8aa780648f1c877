import type { World } from '../world.ts';
import { bringBack } from './bring-back.ts';
import { move } from './move.ts';
import type { PushNode } from './push-node.ts';
import type { NodeResult, Rolled } from './rolled.ts';
import { restore, startAndWait, stop, swap } from './steps.ts';
import type { StepContext, StepFailure } from './steps.ts';
import { askHealth } from './wait-healthy.ts';

export interface RollInput {
  readonly kind: 'roll' | 'move';
  /** In the order of the push, founder first. */
  readonly nodes: readonly PushNode[];
  /** Every node of the cluster that can be asked how it is. */
  readonly cluster: readonly Pick<PushNode, 'name' | 'connection' | 'health' | 'healthBefore'>[];
}

/** Makes staged files live and restarts what needs it, never two nodes at once. */
export async function roll(input: RollInput, context: StepContext): Promise<Rolled> {
  if (input.kind === 'move') return move(input.nodes, context);
  const results: NodeResult[] = [];
  for (const node of input.nodes) {
    const over = context.signal.aborted || results.some(({ failures, state }) => failures.length > 0 || state === 'started');
    results.push(over || node.plan.action === 'none' ? { name: node.name, state: 'untouched', failures: [] } : await rollOne(node, input, context));
  }
  return { nodes: results, interrupted: context.signal.aborted };
}

async function rollOne(node: PushNode, { cluster }: RollInput, context: StepContext): Promise<NodeResult> {
  const untouched = (failure: StepFailure): NodeResult => ({ name: node.name, state: 'untouched', failures: [failure] });
  if (node.plan.running && !(await isSpared(node, cluster, context.world))) {
    return untouched({ found: 'No other node is healthy, and the last one that is, is not taken down.', log: [] });
  }
  const unswapped = await swap(node, 'roll');
  if (unswapped !== undefined) {
    const unrestored = await restore(node);
    return unrestored === undefined ? untouched(unswapped) : { name: node.name, state: 'unknown', failures: [unswapped, unrestored] };
  }
  const unstopped = await stop(node);
  if (unstopped !== undefined) return bringBack(node, [unstopped], context);

  const started = await startAndWait(node, context);
  if (started.kind === 'healthy') return { name: node.name, state: 'healthy', seconds: started.seconds, failures: [] };
  if (started.kind === 'interrupted') return { name: node.name, state: 'started', failures: [] };
  return bringBack(node, [started.failure], context);
}

/** Whether people are still served while this node is away, or this node serves nobody either. */
async function isSpared(node: PushNode, cluster: RollInput['cluster'], world: Pick<World, 'http'>): Promise<boolean> {
  const isWell = async ({ connection, health, healthBefore = health }: RollInput['cluster'][number]): Promise<boolean> =>
    (await Promise.all([health, healthBefore].map((at) => askHealth({ connection, health: at }, world)))).includes(true);
  const others = await Promise.all(cluster.filter(({ name }) => name !== node.name).map(isWell));
  return others.includes(true) || !(await isWell(node));
}
