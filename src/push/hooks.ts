import type { Hooks } from '../cluster/cluster.ts';
import { redact } from '../cluster/redact.ts';
import type { Secret } from '../cluster/secret.ts';
import type { World } from '../world.ts';
import type { StepFailure } from './steps.ts';

/** Which node a hook is run for, as its environment says. */
export interface HookNode {
  readonly name: string;
  /** As the cluster file names it. */
  readonly host: string;
  /** That its peers reach; empty: not known. */
  readonly address: string;
}

export type HookAction = 'start' | 'restart' | 'rollback';

/** Runs one hook for a node, if there is one; resolves to what went wrong. */
export type RunHook = (hook: keyof Hooks, node: HookNode, action: HookAction) => Promise<StepFailure | undefined>;

/** A drain may wait for connections to end, a backup for a big database. */
const longestSeconds: Readonly<Record<keyof Hooks, number>> = { beforeNode: 600, afterNode: 600, beforeMigration: 7200 };

const keys: Readonly<Record<keyof Hooks, string>> = { beforeNode: 'before_node', afterNode: 'after_node', beforeMigration: 'before_migration' };

/** The hooks of a cluster, run on this machine without a shell; what they say is shown without secrets. */
export function makeHooks(cluster: { readonly name: string; readonly hooks?: Hooks }, secrets: readonly Secret[], { local, screen }: Pick<World, 'local' | 'screen'>): RunHook {
  return async (hook, { name, host, address }, action) => {
    const words = cluster.hooks?.[hook];
    if (words === undefined) return undefined;
    try {
      await local.run(words, {
        environment: { GRAFANA_HA_CLUSTER: cluster.name, GRAFANA_HA_NODE: name, GRAFANA_HA_HOST: host, GRAFANA_HA_ADDRESS: address, GRAFANA_HA_ACTION: action },
        timeoutMs: longestSeconds[hook] * 1000,
        onLine: (line) => screen.note(`${keys[hook]} ${name}: ${redact(line, secrets)}`),
      });
      return undefined;
    } catch (error) {
      return { found: `The hook ${keys[hook]} failed: ${redact(error instanceof Error ? error.message : String(error), secrets)}`, log: [] };
    }
  };
}
