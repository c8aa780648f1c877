import { compareVersions, holdsFor, type VersionFact, versionFacts } from './versions.ts';

export type Engine = 'postgres' | 'mysql' | 'mariadb';

/** What a Grafana makes of a database server: `refused`, its migrations die; `unsupported`, its documentation does not name it. */
export type VersionVerdict =
  | { readonly kind: 'fine' }
  | { readonly kind: 'refused' | 'unsupported'; readonly code: string; readonly why: string; readonly wanted: string };

interface Rule {
  readonly engine: Engine;
  /** Servers older than this. */
  readonly below: string;
  readonly grafana: VersionFact;
  readonly verdict: Exclude<VersionVerdict, { kind: 'fine' }>;
}

const always: VersionFact = { ranges: [{ from: '0.0.0' }], source: 'Grafana documentation, installation' };
const since11: VersionFact = { ranges: [{ from: '11.0.0' }], source: 'Grafana documentation, installation' };

function keyTooLong(wanted: string): Rule['verdict'] {
  return { kind: 'refused', code: 'too-old', why: 'an index column may have no more than 767 bytes there (Error 1071), and Grafana has longer ones', wanted };
}

function noCollation(wanted: string): Rule['verdict'] {
  return { kind: 'refused', code: 'no-collation', why: 'a migration of this Grafana asks for the collation utf8mb4_0900_as_cs (Error 1273)', wanted };
}

const rules: readonly Rule[] = [
  { engine: 'postgres', below: '10.0', grafana: always, verdict: { kind: 'refused', code: 'too-old', why: 'Grafana 9.4 and later ask for PostgreSQL 10', wanted: 'PostgreSQL 12 or later' } },
  { engine: 'postgres', below: '12.0', grafana: since11, verdict: { kind: 'unsupported', code: 'old', why: 'this Grafana is tested with PostgreSQL 12 and later', wanted: 'PostgreSQL 12 or later' } },
  { engine: 'mysql', below: '5.7.0', grafana: always, verdict: keyTooLong('MySQL 8.0 or later') },
  { engine: 'mysql', below: '8.0.0', grafana: versionFacts.needsMysql8Collation, verdict: noCollation('Grafana 12.4.1, or MySQL 8.0 or later') },
  { engine: 'mysql', below: '8.0.0', grafana: since11, verdict: { kind: 'unsupported', code: 'old', why: 'this Grafana is tested with MySQL 8.0 and later', wanted: 'MySQL 8.0 or later' } },
  { engine: 'mariadb', below: '10.2.2', grafana: always, verdict: keyTooLong('MariaDB 10.6 or later') },
  { engine: 'mariadb', below: '11.4.5', grafana: versionFacts.needsMysql8Collation, verdict: noCollation('Grafana 12.4.1 or later, or MariaDB 11.4.5 or later') },
];

/** Releases of PostgreSQL that plan Grafana's queries wrong (grafana#15865). */
const broken: readonly string[] = ['10.9', '11.4'];

/** Judges one server for one Grafana; the first rule counts. */
export function judgeServerVersion(engine: Engine, server: string, grafana: string): VersionVerdict {
  if (engine === 'postgres' && broken.includes(server)) return { kind: 'unsupported', code: 'broken-release', why: 'this release of PostgreSQL answers some of Grafana\'s queries with an error (grafana#15865)', wanted: 'the next minor release' };
  const found = rules.find((rule) => rule.engine === engine && compareVersions(server, rule.below) < 0 && holdsFor(rule.grafana, grafana));
  return found?.verdict ?? { kind: 'fine' };
}
