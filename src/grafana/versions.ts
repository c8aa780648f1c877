/** A Grafana version in parts; `pre` is what follows the hyphen, empty for a release. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly pre: string;
}

/** Parses `12.2.0`, `12.2.0-pre`, `v12.0.1+security-01`; undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, major, minor, patch = '0', pre = ''] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), pre };
}

/** Below zero when `a` is older; a pre-release is older than its release, a text that is no version older than all. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  return compareReleases(left, right) || comparePre(left.pre, right.pre);
}

function compareReleases(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

function comparePre(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? 1 : -1;
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Something that holds for ranges of versions, both ends included; without `to` it still holds. */
export interface VersionFact {
  readonly ranges: readonly { readonly from: string; readonly to?: string }[];
  readonly source: string;
}

/** What changes with the version and decides what we write or judge. */
export const versionFacts = {
  /** `[unified_alerting] ha_label` is known. */
  haLabel: { ranges: [{ from: '10.1.0' }], source: 'setting_unified_alerting.go; ignored by 9.4 (observed)' },
  /** `[unified_alerting] ha_redis_address` is known. */
  redisAlerting: { ranges: [{ from: '10.1.0' }], source: 'grafana#65267; ignored by 9.4 (observed)' },
  redisTls: { ranges: [{ from: '11.1.0' }], source: 'grafana#87567' },
  redisCluster: { ranges: [{ from: '11.1.0' }], source: 'grafana#88696' },
  redisSentinel: { ranges: [{ from: '12.1.0' }], source: 'grafana#106322' },
  /** Unified storage quotes the connection string by itself, so that a value we quote fails there, and an unquoted one in the core. */
  quotesConnectionString: { ranges: [{ from: '11.4.0', to: '11.6.3' }, { from: '12.0.0', to: '12.0.2' }], source: 'grafana#94223, undone by grafana#105331' },
  /** Unified storage ignores [database] url and works on SQLite. */
  ignoresDatabaseUrl: { ranges: [{ from: '11.6.1', to: '11.6.3' }, { from: '12.0.0', to: '12.0.2' }], source: 'grafana#104844, fixed by grafana#105331' },
  /** Migrations need the collation utf8mb4_0900_as_cs: no MariaDB before 11.4.5, no MySQL 5.7. */
  needsMysql8Collation: { ranges: [{ from: '12.4.0', to: '12.4.0' }], source: 'grafana#118836, fixed by grafana#119028' },
  /** Unified storage has a connection pool of its own. */
  secondPool: { ranges: [{ from: '11.4.0' }], source: 'dbEngine.go' },
  /** Every table that migrations make has a primary key. */
  primaryKeysEverywhere: { ranges: [{ from: '12.0.9', to: '12.0.999' }, { from: '12.2.4' }], source: 'grafana#110071; 12.2.0 dies at alert_rule_tag (observed on MariaDB)' },
  /** Dashboards and folders are moved to unified storage at a start. */
  movesDashboards: { ranges: [{ from: '12.4.0' }], source: 'pkg/storage/unified/migrations; grafana#115619' },
  /** They are, however many there are. */
  movesAllDashboards: { ranges: [{ from: '13.0.0' }], source: 'Grafana documentation, upgrade to 13.0' },
  /** The driver is lib/pq, which sends extra_float_digits when it logs in. */
  usesLibPq: { ranges: [{ from: '0.0.0', to: '12.999.0' }], source: 'lib/pq conn.go; newer ones import pgx (postgres_dialect.go)' },
} as const satisfies Readonly<Record<string, VersionFact>>;

/** Whether a fact holds for a version; a pre-release counts as its release, a text that is no version as none. */
export function holdsFor(fact: VersionFact, version: string): boolean {
  const found = parseVersion(version);
  if (found === undefined) return false;
  const compared = (bound: string) => { const parsed = parseVersion(bound); return parsed === undefined ? NaN : compareReleases(found, parsed); };
  return fact.ranges.some(({ from, to }) => compared(from) >= 0 && (to === undefined || compared(to) <= 0));
}
