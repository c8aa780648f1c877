import type { Address, Cluster, Node } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import { UserError } from '../errors.ts';
import type { Facts, NodeFacts } from '../facts.ts';
import type { FoundSecret } from '../facts/redis.ts';
import { encodeForDatabase } from '../grafana/database-value.ts';
import { chooseSecretKey } from './choose-secret-key.ts';
import { keyHolders, schemaOf, schemaUnder, secretKey, secretsManagerKey } from './encryption-keys.ts';
import type { EncryptionKey } from './encryption-keys.ts';
import { foresee, type Foreseen, type Outlook, wantedText } from './foresee.ts';
import { settingsInput } from './node-settings.ts';
import type { RedisSecrets } from './redis-settings.ts';
import { remembered } from './remembered.ts';
import { settingsFor } from './settings-for.ts';

export interface NodeOutlook extends Outlook {
  /** Whether what we want is known before anybody is asked for a secret. */
  readonly isKnown: boolean;
}

/** Stands where a value is not known yet; no cluster has it. */
const unknown = 'not-known-yet';

type NodeOutlooks = { readonly ok: true; readonly outlooks: readonly NodeOutlook[] } | { readonly ok: false };

/** What each managed setting of a node will come to, from facts alone. `ok` false: Grafana cannot read its config, or a value cannot be written. */
export function outlookOf(node: Node, facts: NodeFacts, cluster: Cluster, all: Facts): NodeOutlooks {
  const known = outlooks(cluster, all);
  const outlook = known.get(node) ?? lookAhead(node, facts, cluster, all);
  known.set(node, outlook);
  return outlook;
}

const outlooks = remembered(() => new Map<Node, NodeOutlooks>());

function lookAhead(node: Node, facts: NodeFacts, cluster: Cluster, all: Facts): NodeOutlooks {
  const input = settingsInput(facts, cluster, all, {
    databasePassword: knownPassword(cluster, facts, all),
    ...knownToAll(cluster, all),
  });
  const gossip = new Map(cluster.nodes.map(({ name }): readonly [string, Address] => [name, input.gossip.get(name) ?? { host: unknown, port: 0 }]));
  const foreseen = foreseeSafely(facts, () => settingsFor(cluster, node, { ...input, gossip }));
  if (foreseen?.ok !== true) return { ok: false };
  return { ok: true, outlooks: foreseen.outlooks.map((outlook) => ({ ...outlook, isKnown: !wantedText(outlook.setting.wanted).includes(unknown) })) };
}

/** Other checks tell about a value that cannot be written. */
function foreseeSafely(facts: NodeFacts, settings: () => ReturnType<typeof settingsFor>): Foreseen | undefined {
  try {
    return foresee(facts, settings());
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function knownPassword({ database }: Cluster, { grafana }: NodeFacts, { local: { databasePassword } }: Facts): Secret {
  if (!databasePassword.ok) return new Secret(unknown);
  return encodeForDatabase('password', databasePassword.facts.reveal(), database.type, grafana?.version ?? '').ok ? databasePassword.facts : new Secret(unknown);
}

function knownRedis({ redis, live }: Cluster, { local }: Facts): RedisSecrets {
  const known = (found: FoundSecret | undefined): Secret => (found?.ok === true ? found.facts : new Secret(unknown));
  return {
    ...(redis?.password === undefined ? {} : { password: known(local.redis?.password) }),
    ...(redis?.sentinelPassword === undefined ? {} : { sentinelPassword: known(local.redis?.sentinelPassword) }),
    ...(live?.password === undefined ? {} : { livePassword: known(local.redis?.livePassword) }),
  };
}

const knownToAll = remembered((cluster, all) => ({
  secretKey: knownKey(secretKey, cluster, all),
  secretsManagerKey: knownKey(secretsManagerKey, cluster, all),
  redis: knownRedis(cluster, all),
}));

function knownKey(which: EncryptionKey, cluster: Cluster, all: Facts): Secret {
  const schema = schemaOf(all);
  const source = cluster.security[which.name] ?? { kind: 'nodes' };
  if (schema === undefined || source.kind !== 'nodes') return new Secret(unknown);
  const choice = chooseSecretKey({ holders: keyHolders(which, cluster, all), schema: schemaUnder(which, schema), fresh: new Secret(unknown) });
  return choice.ok ? choice.key : new Secret(unknown);
}
