import type { Cluster } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import type { Facts, NodeFacts, SchemaFacts } from '../facts.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { goTrim } from '../grafana/go-space.ts';
import { publicSecretKey } from '../grafana/catalogue-secrets.ts';
import type { KeyHolder } from './choose-secret-key.ts';
import { nodePaths } from './node-paths.ts';
import { isOnDatabase } from './on-database.ts';

/** A key that encrypts what Grafana keeps in the database, and that all nodes share. */
export interface EncryptionKey {
  readonly name: 'secretKey' | 'secretsManagerKey';
  readonly section: string;
  readonly key: string;
  /** As the cluster file calls it, under [security]. */
  readonly option: string;
}

export const secretKey: EncryptionKey = { name: 'secretKey', section: 'security', key: 'secret_key', option: 'secret_key' };
/** From about 12.1 on, where defaults.ini has the section (facts: defaults.ini of 12.2). */
export const secretsManagerKey: EncryptionKey = { name: 'secretsManagerKey', section: 'secrets_manager.encryption.secret_key.v1', key: 'secret_key', option: 'secrets_manager_key' };

/** Whether the Grafana on a node knows the second key. */
export function hasSecretsManager({ defaults }: Pick<NodeFacts, 'defaults'>): boolean {
  return /^\[secrets_manager\.encryption\.secret_key\.v1\]\r?$/m.test(defaults ?? '');
}

/** Which key each node has: what its Grafana reads or, as long as that is the public default, what an earlier push left in the file for it. */
export function keyHolders({ section, key, name: keyName }: EncryptionKey, cluster: Cluster, { nodes }: Facts): readonly KeyHolder[] {
  return nodes.flatMap(({ name, node: gathered }) => {
    const node = cluster.nodes.find((one) => one.name === name);
    if (node === undefined || !gathered.ok || (keyName === 'secretsManagerKey' && !hasSecretsManager(gathered.facts))) return [];
    const reading = effectiveOf(gathered.facts);
    if (!reading.ok) return [];
    const text = reading.config.get(section, key)?.value ?? publicSecretKey;
    const staged = gathered.facts.secretFiles.get(nodePaths(node, gathered.facts.configPath)[keyName]);
    return [{ node: name, key: new Secret(text === publicSecretKey && staged !== undefined ? goTrim(staged.reveal()) : text), onDatabase: isOnDatabase(reading.config, cluster.database) }];
  });
}

/** The schema as far as this key has a say in it. */
export function schemaUnder({ name }: EncryptionKey, schema: SchemaFacts): SchemaFacts {
  return schema.kind !== 'grafana' || name === 'secretKey' ? schema : { ...schema, encryptedRows: schema.secretsManagerRows ?? 0 };
}

/** What the database holds, as the first node that reached it tells. */
export function schemaOf({ nodes }: Facts): SchemaFacts | undefined {
  return nodes.map(({ database }) => (database.ok ? database.facts.server?.schema : undefined)).find((schema) => schema !== undefined);
}
