import { ExitCode, UserError } from '../errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { World } from '../world.ts';
import type { SchemaChange } from './start-facts.ts';

export interface RestorePointOptions {
  /** The person says that a backup of the database exists. */
  readonly backupExists: boolean;
  /** Other questions are answered; this one is not. */
  readonly yes: boolean;
}

/** Makes sure that there is a way back before a schema changes: a hook that makes one, or a person's word. Resolves to false when the person says no; rejects with UserError (exit 3) when nobody can be asked. */
export async function confirmRestorePoint(change: SchemaChange | undefined, { hooks }: Cluster, { backupExists, yes }: RestorePointOptions, { prompt }: Pick<World, 'prompt'>): Promise<boolean> {
  if (change === undefined || hooks?.beforeMigration !== undefined || backupExists) return true;
  if (yes || !prompt.available) {
    throw new UserError(`Grafana ${change.to} changes the tables that ${change.from} works with, there is no way back but a backup of the database, and nobody said that there is one. Nothing was changed.`, {
      hint: 'With a backup at hand: --database-backup-exists\n  Or a command that makes one each time: before_migration = … under [hooks] of the cluster file',
      exitCode: ExitCode.NotAsItShouldBe,
    });
  }
  return (await prompt.confirm({ message: `Is there a backup of the database, made before Grafana ${change.to} changes its tables?`, default: false })) ?? false;
}
