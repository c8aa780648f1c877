import type { Cluster } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { Facts, NodeFacts } from '../facts.ts';
import { knownSecrets } from '../gather/known-secrets.ts';
import { planOutcomes } from '../plan/make-plan.ts';
import type { FileOutcome, NodeOutcome } from '../plan/node-outcome.ts';
import type { PlannedFile } from '../plan/plan.ts';
import { databaseLine, restoredOutcome } from '../plan/restored-outcome.ts';
import { readBackups, readBackupsScript } from '../shell/push-backups.ts';
import type { BackedUp } from '../shell/push-backups.ts';
import type { NodeConnection, World } from '../world.ts';
import { lacking } from './backups.ts';
import type { PastPush } from './backups.ts';
import { gatherMemories, keyedHashes } from './node-memory.ts';
import { planMemories, seenMigrations } from './prepare-push.ts';
import type { PreparedPush } from './prepare-push.ts';
import { refuseStale } from './refuse-stale.ts';

export interface RollbackInput {
  readonly cluster: Cluster;
  readonly facts: Facts;
  readonly connections: readonly NodeConnection[];
  /** All that left a backup, the latest first. */
  readonly pushes: readonly PastPush[];
  /** Id of the push to take back, with all that came after it; absent: the latest. */
  readonly to?: string;
  /** Absent: all nodes. */
  readonly chosen?: readonly string[];
}

export interface PreparedRollback {
  readonly prepared: PreparedPush;
  /** The pushes that are taken back, the earliest last. */
  readonly undone: readonly PastPush[];
  /** How the Grafana or the schema of the database moved since then, a sentence each. */
  readonly moved: readonly string[];
}

/** Makes the plan that takes pushes back, out of the backups on the nodes; changes nothing. Rejects with UserError when there is no such backup. */
export async function prepareRollback(input: RollbackInput, world: World): Promise<PreparedRollback> {
  const { cluster, facts, connections, pushes, to, chosen } = input;
  const names = chosen ?? cluster.nodes.map(({ name }) => name);
  const ours = pushes.filter(({ backups }) => names.some((name) => backups.has(name)));
  const undone = takenBack(ours, to);
  refuseLacking(undone, names);

  const outcomes = (await Promise.all(cluster.nodes.map(async (node): Promise<readonly NodeOutcome[]> => {
    const entry = facts.nodes.find(({ name }) => name === node.name)?.node;
    const connection = connections.find(({ name }) => name === node.name);
    if (!entry?.ok || connection === undefined) return [];
    const files = names.includes(node.name) ? await filesBefore(node.name, node.grafana.statePath, entry.facts, undone, connection) : [];
    return [restoredOutcome(node, entry.facts, files)];
  }))).flat();

  const memories = await gatherMemories(cluster, connections, world);
  const first = outcomes.find(({ files }) => files.length > 0);
  const goal = first === undefined ? '' : databaseLine(first, 'after');
  const keyedHash = keyedHashes(memories, world);
  const plan = planOutcomes(outcomes, {
    cluster, keyedHash, sha256: world.local.sha256, fingerprint: (secret) => world.local.fingerprint(secret), ...planMemories(memories), ...(chosen === undefined ? {} : { chosen }),
  }, (outcome) => databaseLine(outcome, 'before') === goal);
  await refuseStale({ plan, outcomes, connections });
  const restored = outcomes.flatMap(({ files }) => files.flatMap(({ what, content }) => (what === 'secret' && content !== undefined ? [new Secret(content.reveal().trim())] : [])));
  const prepared: PreparedPush = { command: 'rollback', plan, cluster, outcomes, connections, memories, salt: '', keyedHash, secrets: [...restored, ...knownSecrets(facts)], ...seenMigrations(facts) };
  return { prepared, undone, moved: first !== undefined && databaseLine(first, 'before') === goal ? movedSince(undone, prepared) : [] };
}

/** The named push and all later ones; without a name, the latest. */
function takenBack(pushes: readonly PastPush[], to: string | undefined): readonly PastPush[] {
  if (pushes.length === 0) throw new UserError('No push left a backup on these nodes.', { hint: 'grafana-ha rollback --list' });
  const at = to === undefined ? 0 : pushes.findIndex(({ id }) => id === to);
  if (at < 0) throw new UserError(`There is no backup of a push ${to} on these nodes.`, { hint: 'grafana-ha rollback --list', exitCode: ExitCode.WrongUsage });
  return pushes.slice(0, at + 1);
}

function refuseLacking(undone: readonly PastPush[], names: readonly string[]): void {
  const without = names.filter((name) => undone.some((push) => lacking(push).includes(name)));
  if (without.length === 0) return;
  const others = names.filter((name) => !without.includes(name));
  throw new UserError(`${without.join(' and ')} ${without.length === 1 ? 'has' : 'have'} no backup of push ${undone.find((push) => lacking(push).some((name) => without.includes(name)))?.id} any more; nothing was changed.`, {
    hint: others.length === 0 ? 'grafana-ha rollback --list' : `grafana-ha rollback --to ${undone.at(-1)?.id} --nodes ${others.join(' ')}`,
  });
}

/** The files of a node as they were before the earliest of these pushes, where they are not so now. */
async function filesBefore(name: string, statePath: string, facts: NodeFacts, undone: readonly PastPush[], connection: NodeConnection): Promise<readonly FileOutcome[]> {
  const pushes = undone.flatMap(({ id, backups }) => {
    const record = backups.get(name);
    return record === undefined ? [] : [{ id, paths: Object.entries(record.files) }];
  });
  if (pushes.length === 0) return [];
  const answer = await connection.run(readBackupsScript(statePath, pushes.map(({ id }) => id)), { timeoutMs: 120_000 });
  const backups = readBackups(answer.stdout, pushes.map(({ id, paths }) => ({ id, files: paths.length })));
  // The earliest push comes last, and what it found counts.
  const found = new Map(pushes.flatMap(({ id, paths }) => paths.map(([path, what], index) => [path, { what, backedUp: backups.get(id)?.[index] ?? { index } }] as const)));
  return [...found].flatMap(([path, { what, backedUp }]) => restoredFile(name, path, what as PlannedFile['what'], backedUp, facts));
}

function restoredFile(node: string, path: string, what: PlannedFile['what'], { content, now }: BackedUp, { config, configPath }: NodeFacts): readonly FileOutcome[] {
  const expected = now === undefined ? {} : { expectedSha256: now };
  if (content?.sha256 === now) return [];
  // A key may have encrypted rows meanwhile: it is not lost with the way back.
  if (content === undefined) return what === 'secret' ? [] : [{ what, path, ...expected }];
  if (content.text.includes('\uFFFD')) throw new UserError(`The backup of ${path} on ${node} holds bytes that are no UTF-8.`, { hint: `Put it back by hand: it lies under backups/ in the state folder of ${node}.` });
  const keeps = what === 'config' && path === configPath && config !== undefined;
  return [{ what, path, content: new Secret(content.text), ...expected, ...(keeps ? {} : { access: { owner: content.owner, mode: content.mode } }) }];
}

/** Files alone do not bring a schema back that a newer Grafana has migrated. */
function movedSince(undone: readonly PastPush[], { outcomes, migrations }: PreparedPush): readonly string[] {
  const earliest = undone.at(-1);
  const versions = [...(earliest?.backups ?? [])].flatMap(([name, { version }]) => {
    const now = outcomes.find(({ node }) => node.name === name)?.facts.grafana?.version;
    return version === undefined || now === undefined || version === now ? [] : [`${name} runs Grafana ${now} now, and ran ${version} before that push`];
  });
  const [record] = earliest?.backups.values() ?? [];
  const steps = record?.migrations !== undefined && migrations !== undefined && record.migrations !== migrations ? [`the schema of the database has seen ${migrations} migrations, and had seen ${record.migrations} before that push`] : [];
  return [...versions, ...steps];
}
