import type { PushNode } from './push-node.ts';
import type { NodeResult } from './rolled.ts';
import { restore, startAndWait, stop } from './steps.ts';
import type { StepContext, StepFailure } from './steps.ts';

/** Gives a node its old files back and starts it again if it ran before. `mayRun`: with what is new, so it is stopped first. */
export async function bringBack(node: PushNode, failures: readonly StepFailure[], context: StepContext, { mayRun }: { readonly mayRun: boolean }): Promise<NodeResult> {
  context.tell(node.name, 'gets its old files back');
  const stopped = mayRun ? await stop(node, context) : undefined;
  if (stopped?.ok === false) return { name: node.name, state: 'unknown', failures: [...failures, stopped.failure] };
  const unrestored = await restore(node);
  if (unrestored !== undefined) return { name: node.name, state: 'unknown', failures: [...failures, unrestored] };
  if (!node.plan.running) return { name: node.name, state: node.files.length > 0 ? 'restored' : 'stopped', failures };
  const { healthBefore = node.health } = node;
  // Ctrl+C does not cut this short: the node would be left without its Grafana.
  const started = await startAndWait({ ...node, health: healthBefore }, { ...context, signal: new AbortController().signal });
  return started.kind === 'failed' ? { name: node.name, state: 'down', failures: [...failures, started.failure] } : { name: node.name, state: 'restored', failures };
}
