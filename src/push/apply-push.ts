import { dirname } from 'node:path/posix';
import { nodePaths } from '../settings/node-paths.ts';
import { auditScript } from '../shell/push-files.ts';
import type { World } from '../world.ts';
import { clearLeft, withLock } from './lock.ts';
import type { LockHolder, LockPlace } from './lock.ts';
import type { PreparedPush } from './prepare-push.ts';
import { pushNodes, whereItShows } from './push-node.ts';
import { roll } from './roll.ts';
import type { Rolled } from './rolled.ts';
import { stage, unstage } from './stage.ts';
import type { StepContext } from './steps.ts';

const defaultPatience = 300;

/** Applies a prepared plan under the lock and says what every node is left with. Rejects with UserError, nothing changed, when staging fails or another push holds the lock. */
export async function applyPush(prepared: PreparedPush, options: { readonly breakLock: boolean }, world: World): Promise<Rolled> {
  const { plan, cluster, outcomes, connections, secrets, keyedHash } = prepared;
  const holder = makeHolder(plan, world);
  const { id } = holder;
  const places = lockPlaces(prepared);
  const nodes = pushNodes({ plan, outcomes, connections, id, sha256: world.local.sha256, keyedHash });
  const watched = outcomes.flatMap((outcome) => {
    const connection = connections.find(({ name }) => name === outcome.node.name);
    return connection === undefined ? [] : [{ name: outcome.node.name, connection, ...whereItShows(outcome) }];
  });
  return world.uninterrupted((signal) => withLock(places, holder, options.breakLock, world, async () => {
    await stage(nodes, cluster.pushing.keep);
    const live = liveLines(plan, world);
    const rolled = await roll({ kind: plan.kind === 'move' ? 'move' : 'roll', nodes, cluster: watched }, {
      world, patience: cluster.pushing.waitSeconds ?? defaultPatience, signal, secrets, tell: live.tell,
    }).finally(live.done);
    await unstage(nodes.filter(({ name }) => rolled.nodes.some((result) => result.name === name && result.state === 'untouched')));
    const result = Object.fromEntries(rolled.nodes.map(({ name, state }) => [name, state]));
    await Promise.allSettled(places.map(({ connection, statePath }) => connection.run(auditScript(statePath, JSON.stringify({ ...holder, ended: world.clock.now().toISOString(), result })))));
    return rolled;
  }));
}

/** Takes away what an earlier push of this person left on the nodes when it was killed; for a push that has nothing to change. */
export async function tidyUp(prepared: PreparedPush, world: World): Promise<void> {
  await Promise.allSettled(lockPlaces(prepared).map((place) => clearLeft(place, makeHolder(prepared.plan, world), world)));
}

function makeHolder(plan: PreparedPush['plan'], world: World): LockHolder {
  return {
    id: pushId(world), who: world.local.userName, from: world.local.hostName, since: world.clock.now().toISOString(),
    doing: `push (${plan.kind}) to ${plan.nodes.map(({ name }) => name).join(', ')}`,
  };
}

function lockPlaces({ cluster, outcomes, connections }: PreparedPush): readonly LockPlace[] {
  return connections.flatMap((connection) => {
    const node = cluster.nodes.find(({ name }) => name === connection.name);
    if (node === undefined) return [];
    const facts = outcomes.find((outcome) => outcome.node.name === node.name)?.facts;
    const paths = facts === undefined ? [] : [facts.config?.realPath ?? facts.configPath, ...Object.values(nodePaths(node, facts.configPath))];
    return [{ connection, statePath: node.grafana.statePath, folders: [...new Set(paths.map((path) => dirname(path)))] }];
  });
}

/** One line a node that waits or is worked on; all go when the report comes, which says the same. */
function liveLines({ nodes }: PreparedPush['plan'], { screen }: Pick<World, 'screen'>): { readonly tell: StepContext['tell']; readonly done: () => void } {
  const lines = new Map(nodes.filter(({ action }) => action !== 'none').map(({ name }) => [name, screen.progress(`${name}  waits for its turn`)]));
  return {
    tell: (node, doing) => lines.get(node)?.update(`${node}  ${doing}`),
    done: () => lines.forEach((line) => line.done()),
  };
}

/** UTC time and four hex digits: sorts by time. */
function pushId({ clock, local }: Pick<World, 'clock' | 'local'>): string {
  return `${clock.now().toISOString().replace(/[-:]|\.\d+/g, '')}-${Buffer.from(local.random(2)).toString('hex')}`;
}
