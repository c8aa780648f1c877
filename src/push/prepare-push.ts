import type { Cluster } from '../cluster/cluster.ts';
import type { Secret } from '../cluster/secret.ts';
import { knownSecrets } from '../gather/known-secrets.ts';
import { nodeOutcomes } from '../plan/node-outcome.ts';
import type { NodeOutcome } from '../plan/node-outcome.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { pendingScript } from '../shell/push-files.ts';
import type { NodeConnection, World } from '../world.ts';
import { settleSecrets } from './settle-secrets.ts';
import type { SecretsInput } from './settle-secrets.ts';

export interface PushInput extends SecretsInput {
  readonly connections: readonly NodeConnection[];
  /** Absent: all nodes. */
  readonly chosen?: readonly string[];
}

/** A plan together with what is needed to apply it; all but `plan` stays in memory. */
export interface PreparedPush {
  readonly plan: Plan;
  readonly cluster: Cluster;
  readonly outcomes: readonly NodeOutcome[];
  readonly connections: readonly NodeConnection[];
  /** Everything that no output may show. */
  readonly secrets: readonly Secret[];
  readonly keyedHash: (text: string) => string;
}

/** Makes the plan of a push from gathered facts; changes nothing. Rejects with UserError when it cannot be pushed as asked. */
export async function preparePush(input: PushInput, world: World): Promise<PreparedPush> {
  const { cluster, facts, connections, chosen } = input;
  const settled = await settleSecrets(input, world);
  const key = Buffer.from(world.local.random(16)).toString('hex');
  const keyedHash = (text: string) => world.local.sha256(`${key}${text}`);
  const outcomeInput = { cluster, facts, secrets: settled, sha256: world.local.sha256 };
  const plan = makePlan({
    ...outcomeInput, keyedHash,
    fingerprint: (secret) => world.local.fingerprint(secret),
    pending: await pendingNodes(cluster, connections),
    ...(chosen === undefined ? {} : { chosen }),
  });
  const { databasePassword, secretKey, secretsManagerKey, adminPassword } = settled;
  return {
    plan, cluster, connections, keyedHash,
    outcomes: nodeOutcomes(outcomeInput),
    secrets: [databasePassword, secretKey, ...(secretsManagerKey === undefined ? [] : [secretsManagerKey]), ...(adminPassword === undefined ? [] : [adminPassword]), ...knownSecrets(facts)],
  };
}

/** Nodes whose config an earlier push changed without living to start Grafana on it. */
async function pendingNodes(cluster: Cluster, connections: readonly NodeConnection[]): Promise<ReadonlySet<string>> {
  const left = await Promise.all(connections.map(async (connection) => {
    const statePath = cluster.nodes.find(({ name }) => name === connection.name)?.grafana.statePath;
    const pending = statePath === undefined ? '' : (await connection.run(pendingScript(statePath))).stdout.trim();
    return pending === '' ? [] : [connection.name];
  }));
  return new Set(left.flat());
}
