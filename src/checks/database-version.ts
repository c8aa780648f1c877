import type { Facts } from '../facts.ts';
import { judgeServerVersion } from '../grafana/database-versions.ts';
import { compareVersions, holdsFor, versionFacts } from '../grafana/versions.ts';
import { type Check, check, failed, passed, warned } from './check.ts';
import { engineNames, theServer } from './database-subjects.ts';

/** What kind of server the database is, and whether Grafana's migrations survive on it. */
export const databaseVersionChecks: readonly Check[] = [
  check({
    id: 'database.version', group: 'database', about: theServer,
    title: "The database server is one that this Grafana's migrations know",
    why: 'A server that is too old is found out in the middle of a migration, which MySQL and MariaDB cannot take back.',
    fix: "Upgrade the database server, or choose a Grafana version that supports it; Grafana's installation page lists what it is tested with.",
    judge: ({ engine, version, variables }, { facts }) => {
      const name = `${engineNames[engine]} ${version}`;
      const versions = grafanaVersions(facts);
      const aurora = variables?.get('aurora_version');
      const verdicts = (versions.length > 0 ? versions : ['']).map((grafana) => ({ grafana, verdict: judgeServerVersion(engine, version, grafana === '' ? '12.2.0' : grafana) }));
      const bad = verdicts.find(({ verdict }) => verdict.kind === 'refused') ?? verdicts.find(({ verdict }) => verdict.kind !== 'fine');
      if (bad !== undefined && bad.verdict.kind !== 'fine') {
        const { kind, code, why, wanted } = bad.verdict;
        return (kind === 'refused' ? failed : warned)({ code, found: `${name} under Grafana ${bad.grafana}: ${why}`, expected: wanted, hint: 'grafana-ha validate --only database.version, once one of the two is upgraded' });
      }
      if (aurora !== undefined) return warned({
        code: 'aurora',
        found: `Aurora MySQL ${aurora}, which Grafana's documentation calls unsupported`,
        expected: 'MySQL or PostgreSQL, Aurora PostgreSQL included',
        hint: '--ignore database.version once you have decided for it',
      });
      return passed(name);
    },
  }),
  check({
    id: 'database.charset', group: 'database', about: theServer,
    title: 'The database keeps every character, and its tables compare texts alike',
    why: 'A PostgreSQL database in another encoding refuses some dashboards; tables with different collations end queries with "Illegal mix of collations".',
    fix: "PostgreSQL: make the database anew with ENCODING 'UTF8' and load a dump into it. MySQL and MariaDB: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci for each table that differs, with Grafana stopped.",
    judge: ({ engine, charset, collations = [], schema }, { cluster: { database } }) => {
      if (engine === 'postgres') {
        if (charset === undefined) return undefined;
        return charset === 'UTF8' ? passed(charset) : warned({
          code: 'not-utf8', found: `the database is in ${charset}`, expected: 'UTF8, in which every text can be kept',
          hint: `as its admin: CREATE DATABASE ${database.name}_utf8 OWNER ${database.user} ENCODING 'UTF8' TEMPLATE template0;`,
        });
      }
      // Migrations name utf8mb4_unicode_ci for every table they make, whatever the database's own is (observed on 9.4 and 12.2).
      if (schema.kind !== 'grafana') return undefined;
      return collations.length < 2 ? passed(collations[0]) : warned({
        code: 'mixed', found: `tables in ${collations.join(' and ')}`, expected: 'utf8mb4_unicode_ci in all of them',
        hint: `SELECT table_name, table_collation FROM information_schema.tables WHERE table_schema = '${database.name}';`,
      });
    },
  }),
  check({
    id: 'database.sql-mode', group: 'database', about: theServer,
    title: "The server's SQL mode lets Grafana's migrations through",
    why: 'MariaDB under ONLY_FULL_GROUP_BY does not see that a column depends on the key, as MySQL does: a fresh migration dies with Error 1055.',
    fix: 'Take ONLY_FULL_GROUP_BY out of sql_mode on the MariaDB server, in its configuration file and with SET GLOBAL; sessions take it when they begin.',
    judge: ({ engine, variables, schema }) => {
      const mode = variables?.get('sql_mode');
      if (engine !== 'mariadb' || mode === undefined) return undefined;
      if (!mode.split(',').includes('ONLY_FULL_GROUP_BY')) return passed();
      return (schema.kind === 'empty' ? failed : warned)({
        code: 'only-full-group-by', found: "MariaDB's sql_mode has ONLY_FULL_GROUP_BY: the migration dies with Error 1055, 'dashboard.uid' isn't in GROUP BY", expected: 'a sql_mode without it',
        hint: "as its admin: SET GLOBAL sql_mode = REPLACE(@@GLOBAL.sql_mode, 'ONLY_FULL_GROUP_BY', ''); and in the server's configuration file",
      });
    },
  }),
  check({
    id: 'database.primary-key', group: 'database', about: theServer,
    title: 'The server takes tables without a primary key, or Grafana makes none',
    why: 'Older Grafana versions make such tables: the migration dies with Error 3750, 1173 or 3098, and MySQL cannot take it back.',
    fix: 'Upgrade Grafana to 12.0.9, 12.2.4 or later before its first start there; or have the DBA lift the rule for that first start.',
    judge: ({ variables = new Map<string, string>(), schema }, { facts }) => {
      const rule = ['sql_require_primary_key', 'innodb_force_primary_key'].find((name) => isOn(variables.get(name))) ?? ((variables.get('group_replication_group_name') ?? '') === '' ? undefined : 'Group Replication');
      if (rule === undefined || isOn(variables.get('sql_generate_invisible_primary_key'))) return variables.size === 0 ? undefined : passed();
      const old = grafanaVersions(facts).find((version) => !holdsFor(versionFacts.primaryKeysEverywhere, version));
      if (old === undefined) return passed(`${rule}, and every table has one`);
      return (schema.kind === 'empty' ? failed : warned)({
        code: rule === 'Group Replication' ? 'group-replication' : rule.replaceAll('_', '-'),
        found: `${rule} asks for a primary key in every table, and Grafana ${old} makes tables without one`, expected: 'Grafana 12.2.4 or later, or a server without that rule',
        hint: rule === 'Group Replication' ? 'upgrade Grafana before its first start there' : `as its admin, for the first start: SET GLOBAL ${rule} = OFF;`,
      });
    },
  }),
  check({
    id: 'database.row-format', group: 'database', about: theServer,
    title: 'New tables have room for wide rows and long index columns',
    why: 'In the old row formats of InnoDB the migration dies with "Row size too large" (Error 1118) or "Specified key was too long" (Error 1071).',
    fix: 'Set innodb_default_row_format = DYNAMIC and default_storage_engine = InnoDB on the server, and begin with an empty database.',
    judge: ({ variables, schema }) => {
      if (variables === undefined) return undefined;
      const [format, engine, large] = ['innodb_default_row_format', 'default_storage_engine', 'innodb_large_prefix'].map((name) => variables.get(name)?.toLowerCase());
      const found = format === 'compact' || format === 'redundant' ? `innodb_default_row_format = ${format}` : engine !== undefined && engine !== 'innodb' ? `default_storage_engine = ${engine}` : large === 'off' ? 'innodb_large_prefix = OFF' : undefined;
      if (found === undefined) return passed(format);
      return (schema.kind === 'empty' ? failed : warned)({
        code: 'old-format', found, expected: 'InnoDB with the row format DYNAMIC',
        hint: 'as its admin: SET GLOBAL innodb_default_row_format = DYNAMIC; and in the server\'s configuration file',
      });
    },
  }),
];

/** Different versions of the nodes' Grafanas, the oldest first. */
export function grafanaVersions({ nodes }: Facts): readonly string[] {
  return [...new Set(nodes.flatMap(({ node }) => (node.ok && node.facts.grafana !== undefined ? [node.facts.grafana.version] : [])))].sort(compareVersions);
}

function isOn(value: string | undefined): boolean {
  return value === 'ON' || value === '1';
}
