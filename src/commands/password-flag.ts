import type { Cluster } from '../cluster/cluster.ts';
import { parseSecretSource } from '../cluster/secret-source.ts';
import { ExitCode, UserError } from '../errors.ts';

/** The cluster with the database password taken from where `--db-password` says, for this run; UserError (exit 2) when that is no source. */
export function withDatabasePassword(cluster: Cluster, source: string | undefined): Cluster {
  if (source === undefined) return cluster;
  const parsed = parseSecretSource(source);
  if (!parsed.ok) throw new UserError(`--db-password: ${parsed.problem}.`, { hint: parsed.hint, exitCode: ExitCode.WrongUsage });
  return { ...cluster, database: { ...cluster.database, password: parsed.value } };
}
