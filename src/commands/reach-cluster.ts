import type { Cluster } from '../cluster/cluster.ts';
import { parseSecretSource } from '../cluster/secret-source.ts';
import type { SecretSource } from '../cluster/secret.ts';
import { ExitCode, UserError } from '../errors.ts';
import { connectNodes } from '../gather/connect.ts';
import type { ConnectedNodes } from '../gather/connect.ts';
import type { World } from '../world.ts';
import { loadCluster } from './load-cluster.ts';

/** The options of every command that logs in to nodes. */
export interface ReachOptions {
  readonly file?: string;
  readonly hostKey?: readonly string[];
  readonly askSudoPassword?: boolean;
  readonly dbPassword?: string;
}

/** The cluster as the file says it, with what the command line names instead. */
export async function clusterFor(world: World, { file, dbPassword }: ReachOptions): Promise<Cluster> {
  const cluster = await loadCluster(world, file);
  const password = sourceOf('--db-password', dbPassword);
  return password === undefined ? cluster : { ...cluster, database: { ...cluster.database, password } };
}

/** Connects to all nodes; `await using` closes them. */
export async function reachNodes(world: World, cluster: Cluster, { hostKey, askSudoPassword }: ReachOptions): Promise<ConnectedNodes> {
  return connectNodes(world, cluster, { ...(hostKey === undefined ? {} : { hostKeys: hostKey }), ...(askSudoPassword === undefined ? {} : { askSudoPassword }) });
}

/** Parses the source a flag names; UserError (exit 2) when it is none. */
export function sourceOf(flag: string, text: string | undefined): SecretSource | undefined {
  if (text === undefined) return undefined;
  const parsed = parseSecretSource(text);
  if (parsed.ok) return parsed.value;
  throw new UserError(`${flag}: ${parsed.problem}.`, { hint: parsed.hint, exitCode: ExitCode.WrongUsage });
}
