import { clusterDefaults } from '../cluster/cluster-defaults.ts';
import type { OnFailure } from '../cluster/cluster.ts';
import type { World } from '../world.ts';
import type { ClusterNode } from './cluster-node.ts';
import { makeHooks } from './hooks.ts';
import { patienceFor } from './patience.ts';
import type { PreparedPush } from './prepare-push.ts';
import { whereItShows } from './push-node.ts';
import type { StepContext } from './steps.ts';
import { migrationWatch } from './watch-migration.ts';

/** What rolling needs beside the nodes. */
export function rollContext(prepared: PreparedPush, { signal, tell, onFailure }: Pick<StepContext, 'signal' | 'tell'> & { readonly onFailure?: OnFailure }, world: World): StepContext {
  const { cluster, plan, secrets, start } = prepared;
  const { mode } = cluster.alerting;
  const size = { schema: start?.schema ?? 'unknown', migrates: plan.schema !== undefined, rows: start?.dashboards ?? 0, roundTripMs: start?.roundTripMs ?? clusterDefaults.roundTripMs, peers: cluster.nodes.length - 1 } as const;
  const changing = plan.nodes.some(({ changes }) => changes.some(({ section, key }) => section === 'unified_alerting' && key.startsWith('ha_')));
  return {
    world, signal, tell, secrets,
    patience: cluster.pushing.waitSeconds ?? patienceFor(size),
    ...(start === undefined ? {} : { watchMigration: migrationWatch(start.access, world) }),
    ...(cluster.hooks === undefined ? {} : { runHook: makeHooks(cluster, secrets, world) }),
    ...(mode === 'off' || cluster.nodes.length < 2 ? {} : { mesh: { mode, changing, strangers: prepared.outcomes.length < cluster.nodes.length } }),
    migrates: plan.schema !== undefined,
    onFailure: onFailure ?? cluster.pushing.onFailure ?? 'stop',
  };
}

/** Every node that can be asked how it is, whether or not the plan changes it. */
export function clusterNodes({ outcomes, connections }: PreparedPush): readonly ClusterNode[] {
  return outcomes.flatMap((outcome) => {
    const connection = connections.find(({ name }) => name === outcome.node.name);
    return connection === undefined ? [] : [{ name: outcome.node.name, connection, layout: outcome.node.grafana, ...whereItShows(outcome) }];
  });
}
