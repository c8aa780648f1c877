import type { HookAction } from './hooks.ts';
import type { PushNode } from './push-node.ts';
import type { NodeResult } from './rolled.ts';
import type { StepContext, StepFailure } from './steps.ts';

/** Runs the hook that comes before a node is taken. */
export async function beforeNode(node: PushNode, action: HookAction, { runHook, tell }: StepContext): Promise<StepFailure | undefined> {
  if (runHook === undefined) return undefined;
  tell(node.name, 'hook before_node');
  return runHook('beforeNode', node.hook, action);
}

/** Runs the hook that comes after a node, unless it is left without a Grafana that serves: what a hook took out comes back with it. */
export async function afterNode(node: PushNode, result: NodeResult, action: HookAction, { runHook, tell }: StepContext): Promise<NodeResult> {
  const serves = result.state === 'healthy' || (node.plan.running && ['restored', 'untouched'].includes(result.state));
  if (runHook === undefined || !serves) return result;
  tell(node.name, 'hook after_node');
  const failure = await runHook('afterNode', node.hook, action);
  return failure === undefined ? result : { ...result, failures: [...result.failures, failure] };
}
