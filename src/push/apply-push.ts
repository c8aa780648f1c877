import { dirname } from 'node:path/posix';
import { isDeepStrictEqual } from 'node:util';
import type { OnFailure } from '../cluster/cluster.ts';
import { nodePaths } from '../settings/node-paths.ts';
import { UserError } from '../errors.ts';
import { isTheirs } from '../plan/plan.ts';
import type { NodePlan } from '../plan/plan.ts';
import { rememberScript } from '../shell/push-state.ts';
import type { World } from '../world.ts';
import { audit, auditFiles } from './audit.ts';
import { backupNotes, filesLeft } from './backup-notes.ts';
import { clearLeft, withLock } from './lock.ts';
import type { LockHolder, LockPlace } from './lock.ts';
import { keepKeys, writePushed } from './node-memory.ts';
import type { PreparedPush } from './prepare-push.ts';
import { pushNodes } from './push-node.ts';
import { clusterNodes, rollContext } from './roll-context.ts';
import { roll } from './roll.ts';
import type { Rolled } from './rolled.ts';
import { stage, unstage } from './stage.ts';
import type { StepContext } from './steps.ts';

export interface ApplyOptions {
  readonly breakLock: boolean;
  /** Absent: as the cluster file says. */
  readonly onFailure?: OnFailure;
}

/** Applies a prepared plan under the lock and says what every node is left with. Rejects with UserError, nothing changed, when staging fails or another push holds the lock. */
export async function applyPush(prepared: PreparedPush, options: ApplyOptions, world: World): Promise<Rolled> {
  const { plan, cluster, outcomes, connections, memories, keyedHash } = prepared;
  const holder = makeHolder(prepared, world);
  const { id } = holder;
  const places = lockPlaces(prepared);
  const nodes = pushNodes({ plan, outcomes, connections, id, sha256: world.local.sha256, keyedHash });
  const watched = clusterNodes(prepared);
  return world.uninterrupted((signal) => withLock(places, holder, options.breakLock, world, async () => {
    await takeKeys(prepared);
    // This one may be killed, too: by then it is settled what the one before left.
    await remember(prepared, plan.nodes.filter((node) => memories.get(node.name)?.pushed?.interrupted !== undefined && !isTheirs(node)), { locked: true });
    await stage(nodes, backupNotes(prepared, holder));
    const live = liveLines(plan, world);
    const context = rollContext(prepared, { signal, tell: live.tell, ...(options.onFailure === undefined ? {} : { onFailure: options.onFailure }) }, world);
    const rolled = { ...await roll({ kind: plan.kind === 'move' ? 'move' : 'roll', nodes, cluster: watched }, context).finally(live.done), behind: prepared.command === 'push' ? plan.behind ?? [] : [] };
    await unstage(nodes.filter(({ name }) => rolled.nodes.some((result) => result.name === name && result.state === 'untouched')));
    const result = Object.fromEntries(rolled.nodes.map(({ name, state }) => [name, state]));
    await remember(prepared, plan.nodes.filter(needsNoFile), { locked: true });
    const { who, from, since } = holder;
    await audit({ id, command: prepared.command, kind: plan.kind, who, from, since, ended: world.clock.now().toISOString(), files: auditFiles(plan.nodes), result }, cluster, places, world);
    return rolled;
  }));
}

/** Takes away what an earlier push of this person left on the nodes when it was killed, and takes note of hands that made a node what it should be; for a push that has nothing to change. */
export async function tidyUp(prepared: PreparedPush, world: World): Promise<void> {
  await Promise.allSettled(lockPlaces(prepared).map((place) => clearLeft(place, makeHolder(prepared, world), world)));
  const { plan, memories } = prepared;
  await remember(prepared, plan.nodes.filter((node) => needsNoFile(node) && memories.get(node.name)?.pushed !== undefined), { locked: false });
}

/** Keys that the plan is made with must be those that stay on the nodes. */
async function takeKeys({ cluster, connections, memories }: PreparedPush): Promise<void> {
  const others = await keepKeys(cluster, connections, memories);
  if (others.length > 0) throw new UserError(`Another push was at ${others.join(', ')} since this one looked.`, { hint: 'Push again.' });
}

/** Such a node is as the last push wants it, whoever made it so. */
function needsNoFile({ files }: NodePlan): boolean {
  return files.length === 0;
}

/** Makes what lies on these nodes now what a later edit is measured by. */
async function remember(prepared: PreparedPush, nodes: readonly NodePlan[], hold: { readonly locked: boolean }): Promise<void> {
  const { outcomes, connections, memories } = prepared;
  await Promise.allSettled(nodes.map(async ({ name }) => {
    const outcome = outcomes.find(({ node }) => node.name === name);
    const connection = connections.find((one) => one.name === name);
    const config = outcome?.facts.config;
    const pushed = memories.get(name)?.pushed;
    if (outcome === undefined || connection === undefined || config === undefined) return;
    const left = { configPath: outcome.facts.configPath, config: config.text, files: filesLeft(prepared, name, outcome.facts) };
    if (isDeepStrictEqual(pushed, { last: left })) return;
    await connection.run(rememberScript(outcome.node.grafana.statePath, { path: config.realPath, sha256: config.sha256 }, writePushed(left), hold));
  }));
}

function makeHolder({ plan, command }: PreparedPush, world: World): LockHolder {
  const process = world.local.processName();
  return {
    id: pushId(world), who: world.local.userName, from: world.local.hostName, since: world.clock.now().toISOString(),
    doing: `${command} (${plan.kind}) to ${plan.nodes.map(({ name }) => name).join(', ')}`,
    ...(process === undefined ? {} : { process }),
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
