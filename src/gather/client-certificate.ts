import type { Cluster } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import { UserError } from '../errors.ts';
import type { LocalFacts, NodeEntry } from '../facts.ts';
import { nodePaths } from '../settings/node-paths.ts';
import type { World } from '../world.ts';
import { type HeldSecret, type ResolvedSecret, resolveSecret } from './secrets.ts';

/** A certificate and its key as they are shown to the database, both PEM. */
export interface Shown {
  readonly cert: string;
  readonly key: Secret;
}

/** Fetches the key of the certificate that the nodes show to the database; undefined: they show none. */
export async function resolveClientKey({ nodes: all, database: { client } }: Cluster, nodes: readonly NodeEntry[], world: Pick<World, 'files' | 'local' | 'prompt'>): Promise<ResolvedSecret | undefined> {
  if (client === undefined) return undefined;
  const held = nodes.flatMap(({ name, node }): readonly HeldSecret[] => {
    const layout = all.find((one) => one.name === name);
    const text = node.ok && layout !== undefined ? node.facts.secretFiles.get(nodePaths(layout, node.facts.configPath).databaseClientKey)?.reveal() : undefined;
    return text === undefined || text === '' ? [] : [{ node: name, secret: new Secret(text.replace(/\n$/, '')) }];
  });
  const what = 'the key of the certificate for the database';
  try {
    return await resolveSecret(client.key, { what, flag: 'client_key =', held }, world);
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === 130) throw error;
    return { ok: false, missing: `${what} is missing: ${error.message}`, hint: error.hint ?? 'client_key = SOURCE under [database] of the cluster file' };
  }
}

/** What is shown to the database; undefined: nothing, or it is not all here. */
export function shownToDatabase({ databaseClientCert: cert, databaseClientKey: key }: Pick<LocalFacts, 'databaseClientCert' | 'databaseClientKey'>): Shown | undefined {
  return cert?.ok === true && key?.ok === true ? { cert: cert.text, key: key.secret } : undefined;
}
