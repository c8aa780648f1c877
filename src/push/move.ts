import { bringBack } from './bring-back.ts';
import type { PushNode } from './push-node.ts';
import type { NodeResult, Rolled } from './rolled.ts';
import { startAndWait, stop, swap } from './steps.ts';
import type { StepContext, StepFailure } from './steps.ts';

type Failures = ReadonlyMap<string, StepFailure>;

/** Stops all nodes, swaps all, starts the founder, then the rest one by one, so that no two ever run on different databases or keys. */
export async function move(nodes: readonly PushNode[], context: StepContext): Promise<Rolled> {
  if (context.signal.aborted) return { nodes: nodes.map(({ name }) => ({ name, state: 'untouched', failures: [] })), interrupted: true };
  const unstopped = await onAll(nodes, stop);
  if (unstopped.size > 0) return { nodes: await undo(nodes, unstopped, context), interrupted: false };
  const unswapped = await onAll(nodes, (node) => swap(node, 'move'));
  if (unswapped.size > 0) return { nodes: await undo(nodes, unswapped, context), interrupted: false };

  const [founder, ...others] = nodes;
  if (founder === undefined) return { nodes: [], interrupted: false };
  const first = await startMoved(founder, context);
  if (first.failures.length > 0) return { nodes: await undo(nodes, new Map([[founder.name, first.failures[0]!]]), context), interrupted: false };
  const results = [first];
  for (const node of others) {
    results.push(context.signal.aborted ? { name: node.name, state: 'stopped', failures: [] } : await startMoved(node, context));
  }
  return { nodes: results, interrupted: context.signal.aborted };
}

/** A node that fails stays stopped: its old config would start it on another database than its peers. */
async function startMoved(node: PushNode, context: StepContext): Promise<NodeResult> {
  const started = await startAndWait(node, context);
  switch (started.kind) {
    case 'healthy': return { name: node.name, state: 'healthy', seconds: started.seconds, failures: [] };
    case 'interrupted': return { name: node.name, state: 'started', failures: [] };
    case 'failed': return { name: node.name, state: 'stopped', failures: [started.failure] };
  }
}

async function onAll(nodes: readonly PushNode[], step: (node: PushNode) => Promise<StepFailure | undefined>): Promise<Failures> {
  const failures = await Promise.all(nodes.map(async (node) => [node.name, await step(node)] as const));
  return new Map(failures.flatMap(([name, failure]) => (failure === undefined ? [] : [[name, failure] as const])));
}

/** Everything goes back; never two starts at once here either. */
async function undo(nodes: readonly PushNode[], failures: Failures, context: StepContext): Promise<readonly NodeResult[]> {
  const results: NodeResult[] = [];
  for (const node of nodes) {
    const failure = failures.get(node.name);
    results.push(await bringBack(node, failure === undefined ? [] : [failure], context));
  }
  return results;
}
