import type { Cluster } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import type { SecretSource } from '../cluster/secret.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { Facts, NodeFacts, SchemaFacts } from '../facts.ts';
import { resolveSecret } from '../gather/secrets.ts';
import type { HeldSecret, ResolvedSecret } from '../gather/secrets.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { goTrim } from '../grafana/go-space.ts';
import { chooseSecretKey, publicSecretKey } from '../settings/choose-secret-key.ts';
import type { KeyChoice } from '../settings/choose-secret-key.ts';
import { nodePaths } from '../settings/node-paths.ts';
import { isOnDatabase } from '../settings/on-database.ts';
import type { ClusterSecrets } from '../settings/settings-for.ts';
import type { World } from '../world.ts';

export interface SecretsInput {
  readonly cluster: Cluster;
  readonly facts: Facts;
  readonly databasePassword: ResolvedSecret;
  /** Used where the cluster file names none. */
  readonly adminPassword?: SecretSource | Secret;
}

type Outside = Pick<World, 'files' | 'local' | 'prompt'>;

/** Brings the secrets a push carries: adopted from the nodes, fetched from their sources, or made new for an empty database. Rejects with UserError when they cannot be had. */
export async function settleSecrets(input: SecretsInput, world: Outside): Promise<ClusterSecrets> {
  const { databasePassword } = input;
  if (!databasePassword.ok) throw missing(databasePassword);
  const schema = schemaOf(input.facts);
  const secretKey = await settleSecretKey(input, schema, world);
  const hasUsers = schema.kind === 'grafana' && schema.users > 0;
  const adminPassword = hasUsers ? undefined : await settleAdminPassword(input, world);
  return { databasePassword: databasePassword.secret, secretKey, ...(adminPassword === undefined ? {} : { adminPassword }) };
}

function schemaOf({ nodes }: Facts): SchemaFacts {
  for (const { database } of nodes) {
    if (database.ok && database.facts.server !== undefined) return database.facts.server.schema;
  }
  throw new UserError('The database was not reached, so what it holds is not known.', { hint: 'grafana-ha validate --only "database.*"' });
}

async function settleSecretKey(input: SecretsInput, schema: SchemaFacts, world: Outside): Promise<Secret> {
  const { secretKey: source } = input.cluster.security;
  const given = source.kind === 'nodes' ? undefined : await resolveSecret(source, { what: 'the secret_key', flag: 'secret_key =', held: [] }, world);
  if (given !== undefined && !given.ok) throw missing(given);
  const holders = configs(input.facts).map(({ node, config, facts }) => ({ node, key: heldKey(node, config, facts, input.cluster), onDatabase: isOnDatabase(config, input.cluster.database) }));
  const fresh = new Secret(Buffer.from(world.local.random(30)).toString('base64url'));
  const choice = chooseSecretKey({ holders, schema, fresh, ...(given === undefined ? {} : { given: given.secret }) });
  if (!choice.ok) throw refusedKey(choice, world);
  return choice.key;
}

/** What Grafana reads, or, as long as that is the public default, what an earlier push left in the file for it. */
function heldKey(name: string, config: EffectiveConfig, facts: NodeFacts, { nodes }: Cluster): Secret {
  const key = config.get('security', 'secret_key')?.value ?? publicSecretKey;
  const node = nodes.find((one) => one.name === name);
  const staged = node && facts.secretFiles.get(nodePaths(node, facts.configPath).secretKey);
  return new Secret(key === publicSecretKey && staged !== undefined ? goTrim(staged.reveal()) : key);
}

function refusedKey({ reason, holders }: Extract<KeyChoice, { ok: false }>, { local }: Pick<World, 'local'>): UserError {
  const shown = holders.map(({ node, key }) => `${node} ${local.fingerprint(key)}`).join(', ');
  if (reason === 'unknown') return new UserError('The database holds what an earlier Grafana encrypted, and no node has the secret_key for it.', { hint: 'Name that key: secret_key = env:NAME under [security] of the cluster file.' });
  return reason === 'nodes-differ'
    ? new UserError(`The nodes have different secret_keys: ${shown}. One of them encrypted what is in the database.`, { hint: 'Name the right one: secret_key = env:NAME under [security] of the cluster file.' })
    : new UserError(`The secret_key of the cluster file is not the one that encrypted the database: ${shown}.`, { hint: 'Keep theirs: secret_key = nodes under [security] of the cluster file.' });
}

/** Undefined: the nodes already have one that is not Grafana's public default. */
async function settleAdminPassword({ cluster, facts, adminPassword }: SecretsInput, world: Outside): Promise<Secret | undefined> {
  if (adminPassword instanceof Secret) return adminPassword;
  const held = configs(facts).flatMap(({ node, config }): readonly HeldSecret[] => {
    const value = config.get('security', 'admin_password')?.value ?? '';
    return value === '' || value === 'admin' ? [] : [{ node, secret: new Secret(value) }];
  });
  const source = cluster.security.adminPassword ?? adminPassword;
  if (source === undefined && held[0] !== undefined) return held[0].secret;
  const found = await resolveSecret(source ?? { kind: 'ask' }, { what: "the first admin's password for the empty database", flag: '--admin-password', held }, world);
  if (!found.ok) throw missing(found);
  if (found.secret.reveal() === 'admin') throw new UserError('The first admin would get the password everybody tries first.', { hint: '--admin-password env:NAME with another one', exitCode: ExitCode.WrongUsage });
  return found.secret;
}

function configs({ nodes }: Facts): readonly { readonly node: string; readonly config: EffectiveConfig; readonly facts: NodeFacts }[] {
  return nodes.flatMap(({ name, node }) => {
    if (!node.ok) return [];
    const reading = effectiveOf(node.facts);
    return reading.ok ? [{ node: name, config: reading.config, facts: node.facts }] : [];
  });
}

function missing({ missing: found, hint }: Extract<ResolvedSecret, { ok: false }>): UserError {
  return new UserError(`${found.charAt(0).toUpperCase()}${found.slice(1)}.`, { hint, exitCode: ExitCode.WrongUsage });
}
