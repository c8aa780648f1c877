import { beforeNode, afterNode } from './around-node.ts';
import { bringBack } from './bring-back.ts';
import type { ClusterNode } from './cluster-node.ts';
import { move } from './move.ts';
import type { PushNode } from './push-node.ts';
import type { NodeResult, Rolled } from './rolled.ts';
import { isSpared } from './spared.ts';
import { restore, startAndWait, stop, swap } from './steps.ts';
import type { StepContext, StepFailure } from './steps.ts';
import { takeBack } from './take-back.ts';
import { isMeshWhole, waitMesh } from './wait-mesh.ts';
import type { MeshView } from './wait-mesh.ts';
import { refillSeconds, waitTurn } from './wait-turn.ts';

export interface RollInput {
  readonly kind: 'roll' | 'move';
  /** In the order of the push, founder first. */
  readonly nodes: readonly PushNode[];
  /** Every node of the cluster that can be asked how it is. */
  readonly cluster: readonly ClusterNode[];
}

/** Makes staged files live and restarts what needs it, never two nodes at once. */
export async function roll(input: RollInput, context: StepContext): Promise<Rolled> {
  const [first] = input.nodes;
  if (first !== undefined && context.migrates === true && !context.signal.aborted) {
    const unready = await context.runHook?.('beforeMigration', first.hook, 'restart');
    if (unready !== undefined) return { nodes: input.nodes.map(({ name }) => untouched(name, name === first.name ? [unready] : [])), interrupted: context.signal.aborted };
  }
  if (input.kind === 'move') return move(input, context);

  const wasWhole = context.mesh === undefined ? undefined : await isMeshWhole(input.cluster, context.world);
  const results: NodeResult[] = [];
  for (const [index, node] of input.nodes.entries()) {
    const over = context.signal.aborted || results.some(({ failures, state }) => failures.length > 0 || state === 'started');
    const more = input.nodes.slice(index + 1).some(({ plan }) => plan.action !== 'none');
    results.push(over || node.plan.action === 'none' ? untouched(node.name) : await rollOne(node, { ...input, more, wasWhole }, context));
  }
  return takeBack(input, { nodes: results, interrupted: context.signal.aborted }, context);
}

interface Turn extends RollInput {
  /** Whether another node comes after this one. */
  readonly more: boolean;
  /** Whether the nodes that ran saw each other before; undefined: nothing of that was to be seen. */
  readonly wasWhole: boolean | undefined;
}

async function rollOne(node: PushNode, turn: Turn, context: StepContext): Promise<NodeResult> {
  const others = turn.cluster.filter(({ name }) => name !== node.name);
  await waitTurn(others, { gossips: context.mesh?.mode === 'gossip', signal: context.signal, tell: (doing) => context.tell(node.name, doing) }, context.world);
  if (context.signal.aborted) return untouched(node.name);
  if (node.plan.running && !(await isSpared(node, turn.cluster, context.world))) {
    return untouched(node.name, [{ found: 'No other node is healthy, and the last one that is, is not taken down.', log: [] }]);
  }
  const action = node.plan.action === 'start' ? 'start' : 'restart';
  const unready = await beforeNode(node, action, context);
  if (unready !== undefined) return untouched(node.name, [unready]);
  return afterNode(node, context.signal.aborted ? untouched(node.name) : await replace(node, turn, context), action, context);
}

async function replace(node: PushNode, turn: Turn, context: StepContext): Promise<NodeResult> {
  const unswapped = await swap(node, 'roll');
  if (unswapped !== undefined) {
    const unrestored = await restore(node);
    return unrestored === undefined ? untouched(node.name, [unswapped]) : { name: node.name, state: 'unknown', failures: [unswapped, unrestored] };
  }
  const stopped = await stop(node, context);
  if (!stopped.ok) return bringBack(node, [stopped.failure], context, { mayRun: false });

  const started = await startAndWait(node, context);
  if (started.kind === 'interrupted') return { name: node.name, state: 'started', failures: [] };
  if (started.kind === 'failed') return bringBack(node, [started.failure], context, started);
  const healthy = { name: node.name, state: 'healthy', seconds: started.seconds, failures: [] } as const;
  if (context.mesh === undefined) return healthy;

  context.tell(node.name, `healthy, ${started.seconds} s, waits for the others to see it`);
  const { changing } = context.mesh;
  const seen = await waitMesh(node, turn.cluster, { ...context.mesh, unseen: turn.wasWhole === undefined && !changing }, context);
  const mesh: MeshView = changing && turn.more && seen.kind === 'seen' && !seen.whole ? { ...seen, joining: true } : seen;
  if (stopped.killed && turn.more && context.mesh.mode === 'gossip' && !context.signal.aborted) await refill(node, context);
  const broken = turn.wasWhole === true && !changing && mesh.kind === 'seen' && !mesh.whole && !context.signal.aborted;
  return { ...healthy, mesh, failures: broken ? [torn(mesh)] : [] };
}

async function refill(node: PushNode, { tell, world, signal }: StepContext): Promise<void> {
  tell(node.name, `was killed, not stopped: ${refillSeconds} s until it has learned again what was notified`);
  await world.clock.sleep(refillSeconds * 1000, signal).catch(() => {});
}

function torn({ sees, of }: Extract<MeshView, { kind: 'seen' }>): StepFailure {
  return { found: `Alerting is torn: it sees ${sees} of ${of} nodes, and all saw each other before. The next nodes are left alone.`, log: [] };
}

function untouched(name: string, failures: readonly StepFailure[] = []): NodeResult {
  return { name, state: 'untouched', failures };
}
