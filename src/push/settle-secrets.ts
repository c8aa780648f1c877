import type { Cluster } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import type { SecretSource } from '../cluster/secret.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { Facts } from '../facts.ts';
import type { FoundSecret } from '../facts/redis.ts';
import { resolveSecret } from '../gather/secrets.ts';
import type { HeldSecret, ResolvedSecret } from '../gather/secrets.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { chooseSecretKey } from '../settings/choose-secret-key.ts';
import type { KeyChoice } from '../settings/choose-secret-key.ts';
import { keyHolders, schemaOf, schemaUnder, secretKey, secretsManagerKey } from '../settings/encryption-keys.ts';
import type { EncryptionKey } from '../settings/encryption-keys.ts';
import type { RedisSecrets } from '../settings/redis-settings.ts';
import type { ClusterSecrets } from '../settings/settings-for.ts';
import type { World } from '../world.ts';

export interface SecretsInput {
  readonly cluster: Cluster;
  readonly facts: Facts;
  readonly databasePassword: ResolvedSecret;
  /** Used where the cluster file names none. */
  readonly adminPassword?: SecretSource | Secret;
  /** Makes a new secret of that name; absent: a random one. */
  readonly fresh?: (name: string) => Secret;
}

type Outside = Pick<World, 'files' | 'local' | 'prompt'>;

/** Brings the secrets a push carries: adopted from the nodes, fetched from their sources, or made new for an empty database. Rejects with UserError when they cannot be had. */
export async function settleSecrets(input: SecretsInput, world: Outside): Promise<ClusterSecrets> {
  const { databasePassword } = input;
  if (!databasePassword.ok) throw missing(databasePassword);
  const key = await settleKey(secretKey, input, world);
  const second = keyHolders(secretsManagerKey, input.cluster, input.facts).length === 0 ? undefined : await settleKey(secretsManagerKey, input, world);
  const schema = schemaOf(input.facts);
  const hasUsers = schema?.kind === 'grafana' && schema.users > 0;
  const adminPassword = hasUsers ? undefined : await settleAdminPassword(input, world);
  const redis = settleRedis(input);
  return { databasePassword: databasePassword.secret, secretKey: key, ...(redis === undefined ? {} : { redis }), ...(second === undefined ? {} : { secretsManagerKey: second }), ...(adminPassword === undefined ? {} : { adminPassword }) };
}

/** Those that Redis was tried with; none is made new. */
function settleRedis({ facts: { local: { redis } } }: SecretsInput): RedisSecrets | undefined {
  if (redis === undefined) return undefined;
  return Object.fromEntries(Object.entries(redis).map(([name, found]: readonly [string, FoundSecret]) => {
    if (!found.ok) throw missing(found);
    return [name, found.facts];
  }));
}

async function settleKey(which: EncryptionKey, { cluster, facts, fresh }: SecretsInput, world: Outside): Promise<Secret> {
  const holders = keyHolders(which, cluster, facts);
  const source = cluster.security[which.name] ?? { kind: 'nodes' };
  const given = source.kind === 'nodes' ? undefined : await resolveSecret(source, { what: `the ${which.option}`, flag: `${which.option} =`, held: [] }, world);
  if (given !== undefined && !given.ok) throw missing(given);
  const schema = schemaOf(facts);
  if (schema === undefined) throw new UserError('The database was not reached, so what it holds is not known.', { hint: 'grafana-ha validate --only "database.*"' });
  const made = fresh?.(which.name) ?? new Secret(Buffer.from(world.local.random(30)).toString('base64url'));
  const choice = chooseSecretKey({ holders, schema: schemaUnder(which, schema), fresh: made, ...(given === undefined ? {} : { given: given.secret }) });
  if (!choice.ok) throw refusedKey(which, choice, world);
  return choice.key;
}

function refusedKey({ option }: EncryptionKey, { reason, holders }: Extract<KeyChoice, { ok: false }>, { local }: Pick<World, 'local'>): UserError {
  const shown = holders.map(({ node, key }) => `${node} ${local.fingerprint(key)}`).join(', ');
  const name = `${option} = env:NAME under [security] of the cluster file.`;
  switch (reason) {
    case 'unknown': return new UserError(`The database holds what an earlier Grafana encrypted, and no node has the ${option} for it.`, { hint: `Name that key: ${name}` });
    case 'nodes-differ': return new UserError(`The nodes have different ${option}s: ${shown}. One of them encrypted what is in the database.`, { hint: `Name the right one: ${name}` });
    case 'given-differs': return new UserError(`The ${option} of the cluster file is not the one that encrypted the database: ${shown}.`, { hint: `Keep theirs: ${option} = nodes under [security] of the cluster file.` });
  }
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

function configs({ nodes }: Facts): readonly { readonly node: string; readonly config: EffectiveConfig }[] {
  return nodes.flatMap(({ name, node }) => {
    if (!node.ok) return [];
    const reading = effectiveOf(node.facts);
    return reading.ok ? [{ node: name, config: reading.config }] : [];
  });
}

function missing({ missing: found, hint }: Extract<ResolvedSecret, { ok: false }>): UserError {
  return new UserError(`${found.charAt(0).toUpperCase()}${found.slice(1)}.`, { hint, exitCode: ExitCode.WrongUsage });
}
