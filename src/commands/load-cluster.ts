import type { Cluster } from '../cluster/cluster.ts';
import { clusterFileError } from '../cluster/cluster-file-error.ts';
import { parseClusterFile } from '../cluster/cluster-file.ts';
import { parsedFlag } from '../cluster/parsed-flag.ts';
import { parseSecretSource } from '../cluster/secret-source.ts';
import { ExitCode, isUserError, UserError } from '../errors.ts';
import type { ConnectNodesOptions } from '../gather/connect.ts';
import type { World } from '../world.ts';

/** What every command that reaches nodes takes, as it is typed. */
export interface ReachOptions {
  /** The cluster file; absent: `grafana-ha.ini`. */
  readonly file?: string;
  readonly hostKey?: readonly string[];
  readonly askSudoPassword?: boolean;
  /** A source that replaces the cluster file's for this run. */
  readonly dbPassword?: string;
}

/** Reads the cluster file; UserError (exit 2) with every problem and its line when it is absent or does not parse. */
export async function loadCluster({ files, local }: Pick<World, 'files' | 'local'>, { file = 'grafana-ha.ini', dbPassword }: ReachOptions): Promise<Cluster> {
  const path = files.resolve(file, local.cwd);
  const text = await files.readText(path).catch((error: unknown) => {
    throw isUserError(error) ? new UserError(error.message, { ...(error.hint === undefined ? {} : { hint: error.hint }), exitCode: ExitCode.WrongUsage, cause: error }) : error;
  });
  if (text === undefined) throw new UserError(`There is no cluster file ${path}.`, { hint: 'grafana-ha init', exitCode: ExitCode.WrongUsage });
  const parsed = parseClusterFile(text, path.replace(/\/[^/]*$/, '') || '/');
  if (parsed.ok) return withDatabasePassword(parsed.value, dbPassword);
  throw clusterFileError(path, parsed.problems);
}

function withDatabasePassword(cluster: Cluster, source: string | undefined): Cluster {
  if (source === undefined) return cluster;
  return { ...cluster, database: { ...cluster.database, password: parsedFlag('--db-password', parseSecretSource(source)) } };
}

/** What connecting needs of the options. */
export function reach({ hostKey, askSudoPassword }: ReachOptions): ConnectNodesOptions {
  return { hostKeys: hostKey ?? [], askSudoPassword: askSudoPassword ?? false };
}

/** What a command to type must name when the cluster file is not the usual one. */
export function fileFlag({ file = 'grafana-ha.ini' }: Pick<ReachOptions, 'file'>): string {
  return file === 'grafana-ha.ini' ? '' : ` --file ${file}`;
}
