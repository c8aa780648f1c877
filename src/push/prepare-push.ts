import type { Cluster } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import type { Facts } from '../facts.ts';
import { knownSecrets } from '../gather/known-secrets.ts';
import { nodeOutcomes } from '../plan/node-outcome.ts';
import type { NodeOutcome } from '../plan/node-outcome.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { Pushed } from '../plan/pushed.ts';
import { schemaOf } from '../settings/encryption-keys.ts';
import type { NodeConnection, World } from '../world.ts';
import { gatherMemories, keyedHashes } from './node-memory.ts';
import type { Memories } from './node-memory.ts';
import { refuseStale } from './refuse-stale.ts';
import { settleSecrets } from './settle-secrets.ts';
import type { SecretsInput } from './settle-secrets.ts';
import { findSchemaChange, startFacts } from './start-facts.ts';
import type { StartFacts } from './start-facts.ts';

export interface PushInput extends Omit<SecretsInput, 'fresh'> {
  readonly connections: readonly NodeConnection[];
  /** Absent: all nodes. */
  readonly chosen?: readonly string[];
  /** Of a saved plan; absent: a new one. */
  readonly salt?: string;
}

/** A plan together with what is needed to apply it; all but `plan` stays in memory. */
export interface PreparedPush {
  readonly command: 'push' | 'rollback';
  readonly plan: Plan;
  readonly cluster: Cluster;
  readonly outcomes: readonly NodeOutcome[];
  readonly connections: readonly NodeConnection[];
  readonly memories: Memories;
  /** With the keys of the nodes it gives the secrets that are made new; by itself it tells nothing. */
  readonly salt: string;
  /** Steps of Grafana's migrations that the database has seen; absent: not known. */
  readonly migrations?: number;
  /** Absent: nothing is known of the database. */
  readonly start?: StartFacts;
  /** Everything that no output may show. */
  readonly secrets: readonly Secret[];
  readonly keyedHash: (node: string, sha256: string) => string;
}

/** Makes the plan of a push from gathered facts; changes nothing. Rejects with UserError when it cannot be pushed as asked. */
export async function preparePush(input: PushInput, world: World): Promise<PreparedPush> {
  const { cluster, facts, connections, chosen, salt = Buffer.from(world.local.random(16)).toString('hex') } = input;
  const memories = await gatherMemories(cluster, connections, world);
  const settled = await settleSecrets({ ...input, fresh: freshSecrets(memories, salt, world) }, world);
  const keyedHash = keyedHashes(memories, world);
  const outcomeInput = { cluster, facts, secrets: settled, sha256: world.local.sha256 };
  const plan = makePlan({
    ...outcomeInput, ...planMemories(memories), keyedHash, fingerprint: (secret) => world.local.fingerprint(secret), ...(chosen === undefined ? {} : { chosen }),
  });
  const outcomes = nodeOutcomes(outcomeInput);
  await refuseStale({ plan, outcomes, connections });
  const schema = await findSchemaChange(facts, cluster, plan, connections, world);
  return {
    command: 'push', plan: { ...plan, ...(schema === undefined ? {} : { schema }) }, start: startFacts(facts, cluster, settled.databasePassword), cluster, connections, keyedHash, memories, salt, ...seenMigrations(facts),
    outcomes,
    secrets: [...Object.values(settled).filter((value): value is Secret => value instanceof Secret), ...knownSecrets(facts)],
  };
}

/** How far the schema of the database is. */
export function seenMigrations(facts: Facts): Pick<PreparedPush, 'migrations'> {
  const schema = schemaOf(facts);
  const count = schema?.kind === 'grafana' ? schema.migrations?.count : undefined;
  return count === undefined ? {} : { migrations: count };
}

/** What a plan needs of what the nodes remember. */
export function planMemories(memories: Memories): { readonly pending: ReadonlySet<string>; readonly pushed: ReadonlyMap<string, Pushed> } {
  return {
    pending: new Set([...memories].filter(([, { isPending }]) => isPending).map(([name]) => name)),
    pushed: new Map([...memories].flatMap(([name, { pushed }]) => (pushed === undefined ? [] : [[name, pushed]]))),
  };
}

/** New secrets follow from a key that only root of a node can read, so that a saved plan gives the same ones again. */
function freshSecrets(memories: Memories, salt: string, { local }: Pick<World, 'local'>): (name: string) => Secret {
  const [first] = memories.values();
  const root = first?.key.reveal() ?? Buffer.from(local.random(32)).toString('hex');
  return (name) => new Secret(Buffer.from(local.sha256(`${root} ${salt} ${name}`), 'hex').toString('base64url'));
}
