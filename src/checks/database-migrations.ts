import { counted } from '../cluster/counted.ts';
import type { Facts } from '../facts.ts';
import { holdsFor, versionFacts } from '../grafana/versions.ts';
import { type Check, check, failed, failedUntilPush, passed, warned } from './check.ts';
import { theServer } from './database-subjects.ts';
import { grafanaVersions } from './database-version.ts';

/** In what state earlier Grafanas left the schema. */
export const databaseMigrationChecks: readonly Check[] = [
  check({
    id: 'database.migrations', group: 'database', about: theServer,
    title: 'No migration is half-done, and none runs now',
    why: 'MySQL and MariaDB cannot take a migration back: what an interrupted one left makes the next start fail. A start in the middle of a running one piles up on it.',
    fix: 'Let a running migration end. After a failed one restore the dump from before it, mend what its error names, and start one node alone; a new, empty database is the quickest way where nothing is lost.',
    judge: ({ schema, migrating }, { facts, cluster: { database } }) => {
      if (migrating !== undefined) return failedUntilPush({
        code: 'running',
        found: migrating === 'the migration lock' ? 'another session holds the migration lock: a Grafana migrates this database now' : `another session runs: ${migrating}…`,
        expected: 'no start while a migration runs',
        hint: 'wait for it, then grafana-ha validate --only database.migrations',
      });
      if (schema.kind !== 'grafana' || schema.migrations === undefined) return undefined;
      const { failed: unfinished, failedExample, leftovers, count } = schema.migrations;
      // A Grafana that runs has all its migrations behind it.
      const finding = isAnyRunning(facts) ? warned : failed;
      if (leftovers.length > 0) return finding({
        code: 'half-made',
        found: `${leftovers.join(', ')} in ${database.name}, which a migration that was cut off left there`,
        expected: 'no table that migrations rename, copy and drop',
        hint: `restore the dump from before it; or look whether ${leftovers[0]!.replace(/_(v\d|tmp_qwerty)$/, '')} is complete, and drop ${leftovers[0]}`,
      });
      if (unfinished > 0) return finding({
        code: 'failed',
        found: `${counted(unfinished, 'migration')} that failed and never succeeded, such as "${failedExample}"`,
        expected: 'all migrations done',
        hint: `SELECT migration_id, error FROM migration_log WHERE ${database.type === 'postgres' ? 'NOT success' : 'success = 0'};`,
      });
      return passed(`${count} migrations done`);
    },
  }),
  check({
    id: 'database.unified-storage', group: 'database', about: theServer,
    title: 'Dashboards are where this Grafana looks for them',
    why: 'Grafana 12.4 and 13 move folders and dashboards to new tables at a start, once: an older Grafana then shows old ones, and a failed move shows none.',
    fix: 'Dump the database before the first start of the newer version, upgrade one node alone, and compare the number of dashboards before the next. There is no way back but the dump.',
    judge: ({ schema }, { facts, cluster: { database } }) => {
      if (schema.kind !== 'grafana' || schema.migrations === undefined) return undefined;
      const { dashboards, migrations: { folders, unified } } = schema;
      const versions = grafanaVersions(facts);
      const count = `${dashboards} dashboards and ${folders} folders`;
      const [older, newer] = [versions.find((version) => !holdsFor(versionFacts.movesDashboards, version)), versions.find((version) => holdsFor(versionFacts.movesDashboards, version) && (holdsFor(versionFacts.movesAllDashboards, version) || !isAnyRunning(facts)))];
      const dump = database.type === 'postgres' ? `pg_dump -h ${database.address.host} -U ${database.user} -Fc -f before.dump ${database.name}` : `mysqldump -h ${database.address.host} -u ${database.user} -p --single-transaction ${database.name} > before.sql`;
      if (unified?.moved === true && older !== undefined) return failed({
        code: 'newer',
        found: `a newer Grafana has moved the dashboards to unified storage, and Grafana ${older} reads the old tables`,
        expected: 'Grafana 12.4 or later on every node, or the dump from before the move',
        hint: 'sudo apt-get install grafana=VERSION on the nodes that are behind',
      });
      if (unified !== undefined && unified.failed > 0) return failed({
        code: 'failed', found: `the move to unified storage failed, and ${unified.dashboards} of ${count} are there`, expected: 'a move that succeeded',
        hint: 'SELECT migration_id, error FROM unifiedstorage_migration_log;',
      });
      if (unified?.moved === true && dashboards > 0 && unified.dashboards === 0) return failed({
        code: 'lost', found: `the move to unified storage is logged as done, and none of ${count} is there`, expected: 'as many as before',
        hint: 'restore the dump from before the move, and upgrade to a later release',
      });
      if (newer !== undefined && unified?.moved !== true && dashboards + folders > 0) return warned({
        code: 'ahead', found: `${count} are still in the old tables, and Grafana ${newer} may move them at its next start`, expected: 'a dump that was made before it', hint: dump,
      });
      return passed(count);
    },
  }),
];

function isAnyRunning({ nodes }: Facts): boolean {
  return nodes.some(({ node }) => node.ok && node.facts.service.active);
}
