import { afterNode, beforeNode } from './around-node.ts';
import { bringBack } from './bring-back.ts';
import type { PushNode } from './push-node.ts';
import type { RollInput } from './roll.ts';
import type { NodeResult, Rolled } from './rolled.ts';
import { startAndWait, stop, swap } from './steps.ts';
import type { StepContext, StepFailure } from './steps.ts';
import { waitMesh } from './wait-mesh.ts';

type Failures = ReadonlyMap<string, StepFailure>;

/** Stops all nodes, swaps all, starts the founder, then the rest one by one, so that no two ever run on different databases or keys. */
export async function move({ nodes, cluster }: RollInput, context: StepContext): Promise<Rolled> {
  const unready = await beforeAll(nodes, context);
  if (unready !== undefined) return { nodes: unready, interrupted: context.signal.aborted };
  const unstopped = await onAll(nodes, (node) => stopped(node, context));
  if (unstopped.size > 0) return { nodes: await undo(nodes, unstopped, context), interrupted: false };
  const unswapped = await onAll(nodes, (node) => swap(node, 'move'));
  if (unswapped.size > 0) return { nodes: await undo(nodes, unswapped, context), interrupted: false };

  const results: NodeResult[] = [];
  for (const node of nodes) {
    results.push(context.signal.aborted ? { name: node.name, state: 'stopped', failures: [] } : await startMoved(node, cluster, context));
    const failure = failed(results);
    if (failure !== undefined && (results.length === 1 || context.onFailure === 'rollback-all')) {
      return { nodes: await undoStarted(nodes, new Map([failure]), context), interrupted: false };
    }
  }
  return { nodes: results, interrupted: context.signal.aborted };
}

/** The hooks of all nodes before the first stops; resolves to results when nothing may be stopped. */
async function beforeAll(nodes: readonly PushNode[], context: StepContext): Promise<readonly NodeResult[] | undefined> {
  const failures = new Map<string, StepFailure>();
  const ready: string[] = [];
  for (const node of nodes) {
    if (failures.size > 0 || context.signal.aborted) break;
    const failure = await beforeNode(node, node.plan.action === 'start' ? 'start' : 'restart', context);
    if (failure === undefined) ready.push(node.name);
    else failures.set(node.name, failure);
  }
  if (failures.size === 0 && !context.signal.aborted) return undefined;
  return Promise.all(nodes.map((node) => {
    const failure = failures.get(node.name);
    const result: NodeResult = { name: node.name, state: 'untouched', failures: failure === undefined ? [] : [failure] };
    return ready.includes(node.name) ? afterNode(node, result, 'rollback', context) : result;
  }));
}

/** A node that fails stays stopped: its old config would start it on another database than its peers. */
async function startMoved(node: PushNode, cluster: RollInput['cluster'], context: StepContext): Promise<NodeResult> {
  const started = await startAndWait(node, context);
  if (started.kind === 'interrupted') return { name: node.name, state: 'started', failures: [] };
  if (started.kind === 'failed') return { name: node.name, state: started.mayRun ? 'unknown' : 'stopped', failures: [started.failure] };
  const healthy: NodeResult = { name: node.name, state: 'healthy', seconds: started.seconds, failures: [] };
  const seen = context.mesh === undefined ? healthy : { ...healthy, mesh: await waitMesh(node, cluster, context.mesh, context) };
  return afterNode(node, seen, node.plan.action === 'start' ? 'start' : 'restart', context);
}

/** The first node that did not come up; a hook that failed leaves a node that runs. */
function failed(results: readonly NodeResult[]): readonly [string, StepFailure] | undefined {
  const result = results.find(({ state, failures }) => ['stopped', 'unknown'].includes(state) && failures.length > 0);
  return result && [result.name, result.failures[0]!];
}

async function onAll(nodes: readonly PushNode[], step: (node: PushNode) => Promise<StepFailure | undefined>): Promise<Failures> {
  const failures = await Promise.all(nodes.map(async (node) => [node.name, await step(node)] as const));
  return new Map(failures.flatMap(([name, failure]) => (failure === undefined ? [] : [[name, failure] as const])));
}

/** Everything goes back, once all are stopped; never two starts at once here either. */
async function undo(nodes: readonly PushNode[], failures: Failures, context: StepContext): Promise<readonly NodeResult[]> {
  const results: NodeResult[] = [];
  for (const node of nodes) {
    const failure = failures.get(node.name);
    const back = await bringBack(node, failure === undefined ? [] : [failure], context, { mayRun: false });
    results.push(await afterNode(node, back, 'rollback', context));
  }
  return results;
}

/** As `undo`, when some may run on what is new: while one of them cannot be stopped, no other may start on what was before. */
async function undoStarted(nodes: readonly PushNode[], failures: Failures, context: StepContext): Promise<readonly NodeResult[]> {
  const unstopped = await onAll(nodes, (node) => stopped(node, context));
  if (unstopped.size === 0) return undo(nodes, failures, context);
  const running = [...unstopped.keys()].join(', ');
  return nodes.map(({ name }) => {
    const found = [failures.get(name), unstopped.get(name)].filter((failure) => failure !== undefined);
    return unstopped.has(name) ? { name, state: 'unknown', failures: found }
      : { name, state: 'stopped', failures: [...found, { found: `It stays stopped: ${running} may run on what is new, and no node is started on what was before beside it.`, log: [] }] };
  });
}

async function stopped(node: PushNode, context: StepContext): Promise<StepFailure | undefined> {
  const answer = await stop(node, context);
  return answer.ok ? undefined : answer.failure;
}
