import { formatAddress } from '../cluster/address.ts';
import type { Cluster, Database } from '../cluster/cluster.ts';
import { Secret, type SecretSource } from '../cluster/secret.ts';
import { UserError } from '../errors.ts';
import type { NodeEntry, NodeFacts } from '../facts.ts';
import { decodeFromDatabase } from '../grafana/database-value.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { goTrim } from '../grafana/go-space.ts';
import { databaseOf } from '../settings/database-of.ts';
import { nodePaths } from '../settings/node-paths.ts';
import { isOnDatabase } from '../settings/on-database.ts';
import type { World } from '../world.ts';

export type ResolvedSecret =
  | { readonly ok: true; readonly secret: Secret }
  /** `missing`: one sentence. `hint`: the next thing to type. */
  | { readonly ok: false; readonly missing: string; readonly hint: string };

export interface SecretQuestion {
  /** Such as `the database password`. */
  readonly what: string;
  /** What a person is asked for, such as `Database password of grafana at db.example.com:5432`; absent: `what`. */
  readonly title?: string;
  /** The flag that names another source, such as `--db-password`. */
  readonly flag: string;
  /** What the nodes hold. */
  readonly held: readonly HeldSecret[];
}

export interface HeldSecret {
  readonly node: string;
  readonly secret: Secret;
}

/** Fetches a secret from where the cluster file says it is; asks only on a terminal, and only for `ask` or what no node holds. */
export async function resolveSecret(source: SecretSource, question: SecretQuestion, world: Pick<World, 'files' | 'local' | 'prompt'>): Promise<ResolvedSecret> {
  const missing = (found: string, hint: string): ResolvedSecret => ({ ok: false, missing: `${question.what} is missing: ${found}`, hint });
  switch (source.kind) {
    case 'env': {
      const value = world.local.env(source.name);
      return value === undefined || value === '' ? missing(`${source.name} is not set`, `export ${source.name}=…`) : found(value);
    }
    case 'file': {
      const path = world.files.resolve(source.path);
      const text = await world.files.readText(path);
      if (text === undefined) return missing(`there is no file ${path}`, `${question.flag} file:PATH`);
      return text.trim() === '' ? missing(`${path} is empty`, `${question.flag} file:PATH`) : found(text);
    }
    case 'command': {
      const { stdout } = await world.local.run(source.words);
      return stdout.trim() === '' ? missing(`the command ${source.words[0] ?? ''} printed nothing`, source.words.join(' ')) : found(stdout);
    }
    case 'nodes': {
      const [first] = question.held;
      if (first === undefined) return ask(question, { why: 'no node holds it yet', remark: ' (no node has it yet)' }, world);
      const other = question.held.find(({ secret }) => !secret.equals(first.secret));
      return other === undefined ? { ok: true, secret: first.secret } : missing(`${first.node} and ${other.node} hold different ones`, `${question.flag} ask`);
    }
    case 'ask':
      return ask(question, { why: 'there is no terminal to ask on', remark: '' }, world);
  }
}

function found(text: string): ResolvedSecret {
  return { ok: true, secret: new Secret(text.replace(/\r?\n$/, '')) };
}

async function ask(question: SecretQuestion, { why, remark }: { readonly why: string; readonly remark: string }, { prompt }: Pick<World, 'prompt'>): Promise<ResolvedSecret> {
  const secret = prompt.available ? await prompt.secret({ message: `${question.title ?? question.what}${remark}` }) : undefined;
  return secret === undefined ? { ok: false, missing: `${question.what} is missing: ${why}`, hint: `${question.flag} env:NAME` } : { ok: true, secret };
}

/** Fetches the password for the cluster's database. */
export async function resolveDatabasePassword(cluster: Cluster, nodes: readonly NodeEntry[], world: Pick<World, 'files' | 'local' | 'prompt'>): Promise<ResolvedSecret> {
  const { database } = cluster;
  const what = `the password of ${database.user} at ${formatAddress(database.address)}`;
  try {
    return await resolveSecret(database.password, { what, title: `Database password of ${database.user} at ${formatAddress(database.address)}`, flag: '--db-password', held: heldDatabasePasswords(cluster, nodes) }, world);
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === 130) throw error;
    return { ok: false, missing: `${what} is missing: ${error.message}`, hint: error.hint ?? '--db-password SOURCE' };
  }
}

/** The password as each node has it for this very database: in what its Grafana reads, else in the file a push staged. */
export function heldDatabasePasswords(cluster: Pick<Cluster, 'nodes' | 'database'>, nodes: readonly Pick<NodeEntry, 'name' | 'node'>[]): readonly HeldSecret[] {
  return nodes.flatMap(({ name, node }) => {
    const layout = cluster.nodes.find((one) => one.name === name);
    if (!node.ok || layout === undefined) return [];
    const staged = node.facts.secretFiles.get(nodePaths(layout, node.facts.configPath).databasePassword);
    const secret = configuredPassword(cluster.database, node.facts) ?? (staged && new Secret(decodeFromDatabase(goTrim(staged.reveal()), cluster.database.type)));
    return secret === undefined || secret.reveal() === '' ? [] : [{ node: name, secret }];
  });
}

function configuredPassword(database: Database, facts: NodeFacts): Secret | undefined {
  const effective = effectiveOf(facts);
  if (!effective.ok || !isOnDatabase(effective.config, database)) return undefined;
  const reading = databaseOf(effective.config);
  return reading.kind === 'shared' && reading.database.user === database.user ? reading.database.password : undefined;
}
