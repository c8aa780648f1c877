import type { World } from '../world.ts';
import { bringBack } from './bring-back.ts';
import { move } from './move.ts';
import type { PushNode } from './push-node.ts';
import type { NodeResult, Rolled } from './rolled.ts';
import { startAndWait, stop, swap } from './steps.ts';
import type { StepContext, StepFailure } from './steps.ts';
import { askHealth } from './wait-healthy.ts';
import type { Watched } from './wait-healthy.ts';

export interface RollInput {
  readonly kind: 'roll' | 'move';
  /** In the order of the push, founder first. */
  readonly nodes: readonly PushNode[];
  /** Every node of the cluster that can be asked how it is. */
  readonly cluster: readonly (Pick<Watched, 'connection' | 'health'> & { readonly name: string })[];
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
    return untouched({ found: 'No other node is healthy, and the last one is not taken down.', log: [] });
  }
  const unswapped = await swap(node, 'roll');
  if (unswapped !== undefined) return untouched(unswapped);
  const unstopped = node.plan.running ? await stop(node) : undefined;
  if (unstopped !== undefined) return bringBack(node, [unstopped], context);

  const started = await startAndWait(node, context);
  if (started.kind === 'healthy') return { name: node.name, state: 'healthy', seconds: started.seconds, failures: [] };
  if (started.kind === 'interrupted') return { name: node.name, state: 'started', failures: [] };
  return bringBack(node, [started.failure], context);
}

/** Whether people are still served while this node is away. */
async function isSpared(node: PushNode, cluster: RollInput['cluster'], world: Pick<World, 'http'>): Promise<boolean> {
  const answers = await Promise.all(cluster.filter(({ name }) => name !== node.name).map((other) => askHealth(other, world)));
  return answers.includes(true);
}
