import { describe, expect, it } from 'vitest';
import { databaseChecks } from '../../src/checks/database.ts';
import { databaseServerChecks } from '../../src/checks/database-server.ts';
import { runChecks } from '../../src/checks/run-checks.ts';
import type { Database } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { Facts } from '../../src/facts.ts';
import type { DatabasePath, DatabaseServer, GrafanaSchema, MigrationFacts } from '../../src/facts/database.ts';
import { sampleCluster, sampleConfig, sampleFacts, sampleNodeFacts, samplePath } from '../sample.ts';

interface Case {
  readonly server?: Partial<DatabaseServer>;
  readonly path?: Partial<DatabasePath>;
  readonly grafana?: string;
  readonly config?: string;
  readonly password?: string;
  readonly database?: Partial<Database>;
}

/** Findings as `outcome check@node code`, when graf-a and graf-b see the same. */
function findings(one: Case, other: Case = one): readonly string[] {
  const { database, password } = one;
  const cluster = sampleCluster({ database: { ...sampleCluster().database, ...database } as Database });
  const facts = sampleFacts();
  const nodes = facts.nodes.map((entry, index): Facts['nodes'][number] => {
    const { server, path, grafana = '12.2.0', config = '' } = index === 0 ? one : other;
    return {
      ...entry,
      node: { ok: true, facts: sampleNodeFacts({ grafana: { version: grafana, edition: 'oss', homePath: '' }, config: sampleConfig(config) }) },
      database: { ok: true, facts: samplePath({ ...path, server: { ...samplePath().server!, ...server } }) },
    };
  });
  const local = password === undefined ? facts.local : { ...facts.local, databasePassword: { ok: true as const, facts: new Secret(password) } };
  return runChecks([...databaseChecks, ...databaseServerChecks], { ...facts, nodes, local }, cluster, { today: '2027-01-04', fingerprint: () => 'x' })
    .flatMap(({ check, node, judgement }) => ('code' in judgement ? [`${judgement.outcome} ${check}${node === undefined ? '' : `@${node}`} ${judgement.code}`] : []));
}

/** The finding on either node. */
const both = (finding: string): readonly string[] => ['graf-a', 'graf-b'].map((node) => finding.replace(/ (\S+)$/, `@${node} $1`));
/** A server with the variables that the manual gives. */
const mysql = (variables: Readonly<Record<string, string>>, change: Partial<DatabaseServer> = {}): Case => ({ server: { engine: 'mysql', version: '8.0.36', variables: new Map(Object.entries(variables)), lock: { ok: true }, ...change } });
const schema = (migrations: Partial<MigrationFacts> = {}, change: Partial<GrafanaSchema> = {}): GrafanaSchema => ({ kind: 'grafana', users: 1, dashboards: 5, encryptedRows: 0, migrations: { count: 671, failed: 0, leftovers: [], folders: 2, ...migrations }, ...change });

// MySQL itself is not on the machines of these tests: values of its manual.
describe('a MySQL, from documented values', () => {
  it.each<[string, Case, readonly string[]]>([
    ['with the defaults of 8.0', mysql({ sql_require_primary_key: 'OFF', innodb_default_row_format: 'dynamic', default_storage_engine: 'InnoDB', sql_mode: 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES', group_replication_group_name: '' }), []],
    ['with sql_require_primary_key', mysql({ sql_require_primary_key: 'ON' }), ['failed database.primary-key sql-require-primary-key']],
    ['with it, and keys that the server makes', mysql({ sql_require_primary_key: 'ON', sql_generate_invisible_primary_key: 'ON' }), []],
    ['with it, and a Grafana that makes keys', { ...mysql({ sql_require_primary_key: 'ON' }), grafana: '12.3.0' }, []],
    ['with it, and a Grafana of 12.1', { ...mysql({ sql_require_primary_key: 'ON' }), grafana: '12.1.4' }, ['failed database.primary-key sql-require-primary-key']],
    ['with it, where Grafana has its tables', mysql({ sql_require_primary_key: 'ON' }, { schema: schema() }), ['warned database.primary-key sql-require-primary-key']],
    ['in Group Replication', mysql({ group_replication_group_name: '3f1b', group_replication_single_primary_mode: 'ON' }), ['failed database.primary-key group-replication']],
    ['in Group Replication with several primaries', { ...mysql({ group_replication_group_name: '3f1b', group_replication_single_primary_mode: 'OFF' }), grafana: '12.2.4' }, both('warned database.lock several-primaries')],
    ['of 5.6', mysql({ innodb_large_prefix: 'OFF' }, { version: '5.6.51' }), ['failed database.version too-old', 'failed database.row-format old-format']],
    ['of 5.7', mysql({}, { version: '5.7.44' }), ['warned database.version old']],
    ['of 5.7 under 12.4.0', { ...mysql({}, { version: '5.7.44' }), grafana: '12.4.0' }, ['failed database.version no-collation']],
    ['of 8.0 under 12.4.0', { ...mysql({}), grafana: '12.4.0' }, []],
    ['of Aurora', mysql({ aurora_version: '3.05.2' }), ['warned database.version aurora']],
    ['of an Aurora reader', mysql({}, { readOnly: 'replica', writable: { ok: false, code: 'read-only', said: 'read-only' } }), both('failed database.primary replica')],
    ['with MyISAM', mysql({ default_storage_engine: 'MyISAM' }), ['failed database.row-format old-format']],
    ['of Percona with pxc_strict_mode = ENFORCING', mysql({ wsrep_on: 'ON', pxc_strict_mode: 'ENFORCING' }, { lock: { ok: false, code: 'ER_UNKNOWN_ERROR', said: 'Percona-XtraDB-Cluster prohibits use of GET_LOCK with pxc_strict_mode = ENFORCING' } }), both('failed database.lock galera')],
    ['of Percona whose nodes do without the lock', { ...mysql({ wsrep_on: 'ON' }, { lock: { ok: false, code: 'ER_UNKNOWN_ERROR', said: 'prohibits use of GET_LOCK' } }), config: '[database]\nmigration_locking = false\n' }, both('warned database.lock galera')],
    ['that loses a session lock', mysql({}, { lock: { ok: false, code: 'lost', said: '' } }), both('failed database.lock lost')],
  ])('%s', (_, facts, expected) => {
    expect(findings(facts)).toEqual(expected);
  });

  it('is several writers where the nodes reach different members of a Galera cluster', () => {
    const member = (identity: string): Case => mysql({ wsrep_on: 'ON' }, { identity });
    expect(findings(member('db-1'), member('db-2'))).toEqual(['failed database.same-server several-writers', ...both('warned database.lock galera')]);
    expect(findings(member('db-1'), member('db-1'))).toEqual(both('warned database.lock galera'));
  });
});

describe('a PostgreSQL', () => {
  it.each<[string, Case, readonly string[]]>([
    ['of 9.6', { server: { version: '9.6.24' } }, ['failed database.version too-old']],
    ['of 11', { server: { version: '11.22' } }, ['warned database.version old']],
    ['of 11 under Grafana 10', { server: { version: '11.22' }, grafana: '10.4.1' }, []],
    ['of a release with a bug', { server: { version: '11.4' }, grafana: '10.4.1' }, ['warned database.version broken-release']],
    ['of 17', { server: { version: '17.2' } }, []],
    ['behind a pooler that shows one session only', { server: { pooler: { mode: 'unknown' } } }, both('warned database.pooler not-told')],
    ['behind a pooler that refuses a parameter which the driver of this Grafana does not send', { server: { pooler: { mode: 'session', refusedStartup: 'unsupported startup parameter' } }, grafana: '13.1.0' }, []],
  ])('%s', (_, facts, expected) => {
    expect(findings(facts)).toEqual(expected);
  });

  it('is far from one node where a question from there takes much longer', () => {
    const after = (roundTripMs: number): Case => ({ path: { login: { ok: true, roundTripMs, clientAddress: '' } } });
    expect(findings(after(130), after(130))).toEqual([]);
    expect(findings(after(3), after(53))).toEqual([]);
    expect(findings(after(3), after(54))).toEqual(['warned database.round-trip@graf-b far']);
  });

  it.each<[string, Case, readonly string[]]>([
    ['that a newer Grafana has moved', { server: { schema: schema({ unified: { dashboards: 5, folders: 2, moved: true, failed: 0 } }) } }, ['failed database.unified-storage newer']],
    ['whose move failed', { grafana: '13.0.1', server: { schema: schema({ unified: { dashboards: 1, folders: 0, moved: false, failed: 1 } }) } }, ['failed database.unified-storage failed']],
    ['that are gone after the move', { grafana: '13.0.1', server: { schema: schema({ unified: { dashboards: 0, folders: 0, moved: true, failed: 0 } }) } }, ['failed database.unified-storage lost']],
    ['that stay where they are, as the Grafana that runs has decided', { grafana: '12.4.2', server: { schema: schema() } }, []],
    ['that the next start moves', { grafana: '13.0.1', server: { schema: schema() } }, ['warned database.unified-storage ahead']],
    ['of which there are none', { grafana: '13.0.1', server: { schema: schema({ folders: 0 }, { dashboards: 0 }) } }, []],
    ['that are where they were', { server: { schema: schema({ unified: { dashboards: 0, folders: 0, moved: false, failed: 0 } }) } }, []],
  ])('with dashboards %s', (_, facts, expected) => {
    expect(findings(facts)).toEqual(expected);
  });
});

describe('the way to the database', () => {
  it.each<[string, Partial<Database>, readonly string[]]>([
    ["Aurora's reader endpoint", { address: { host: 'prod.cluster-ro-c0ffee.eu-west-1.rds.amazonaws.com', port: 5432 } }, ['failed database.endpoint reader']],
    ["Aurora's writer endpoint", { address: { host: 'prod.cluster-c0ffee.eu-west-1.rds.amazonaws.com', port: 5432 } }, []],
    ['an RDS Proxy', { address: { host: 'prod.proxy-c0ffee.eu-west-1.rds.amazonaws.com', port: 5432 } }, ['warned database.endpoint rds-proxy']],
    ["Azure's pooler", { address: { host: 'prod.postgres.database.azure.com', port: 6432 } }, ['failed database.endpoint azure-pooler']],
    ['Azure itself', { address: { host: 'prod.postgres.database.azure.com', port: 5432 } }, []],
    ['loopback', { address: { host: 'localhost', port: 5432 } }, ['warned database.endpoint loopback']],
  ])('%s', (_, database, expected) => {
    expect(findings({ database }).filter((finding) => !finding.includes('database.tls'))).toEqual(expected);
  });

  it('may be a proxy on every node, where all lead to one server', () => {
    const proxied: Case = { database: { address: { host: '127.0.0.1', port: 5432 } }, server: { identity: '7711/16385' } };
    expect(findings(proxied).filter((finding) => !finding.includes('database.tls'))).toEqual([]);
    expect(findings(proxied, { server: { identity: '8822/16385' } }).filter((finding) => !finding.includes('database.tls'))).toEqual(['warned database.endpoint loopback', 'failed database.same-server differ']);
  });

  it("may be Azure's pooler where it keeps sessions", () => {
    expect(findings({ database: { address: { host: 'prod.postgres.database.azure.com', port: 6432 } }, server: { pooler: { mode: 'session' } } }).filter((finding) => !finding.includes('database.tls'))).toEqual([]);
  });

  it.each<[string, string, readonly string[]]>([
    ['a token of RDS', 'prod.rds.amazonaws.com:5432/?Action=connect&DBUser=grafana&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA&X-Amz-Expires=900&X-Amz-Signature=0', ['failed database.credential short-lived']],
    ['a token of Entra', 'eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl', ['failed database.credential short-lived']],
    ['a token of Google', 'ya29.a0AfH6SMBx-something', ['failed database.credential short-lived']],
    ['a password with two dots', 'ey.two.dots', []],
  ])('has no %s for a password', (_, password, expected) => {
    expect(findings({ password })).toEqual(expected);
  });

  it('ends where the certificate does', () => {
    const offer = { offered: true, subject: 'db', issuer: 'CA', topIssuer: 'CA', names: ['DNS:db.example.com'], notAfter: new Date('2027-01-01T00:00:00Z') } as const;
    expect(findings({ path: { tls: { ok: true, facts: { ...offer, chainError: 'CERT_HAS_EXPIRED' } } } })).toEqual(both('failed database.tls expired'));
    expect(findings({ path: { tls: { ok: true, facts: offer } }, database: { sslMode: 'require' } })).toEqual(both('warned database.tls expires'));
  });

  it('says so where nothing answers, or the connection is closed at once', () => {
    const closed = (code: string): Case => ({ path: { login: { ok: false, code, said: 'no answer' } } });
    expect(findings(closed('ETIMEDOUT'))).toEqual(both('failed database.login ETIMEDOUT'));
    expect(findings(closed('ECONNRESET'))).toEqual(both('failed database.login ECONNRESET'));
  });
});

it('security.secret-key-rows: a node whose key does not open what another node can read', () => {
  expect(findings({ server: { secretKey: 'opens' } })).toEqual([]);
  expect(findings({ server: { secretKey: 'opens' } }, { server: { secretKey: 'does-not-open' } })).toEqual(['failed security.secret-key-rows@graf-b other-key']);
  expect(findings({ server: { secretKey: 'does-not-open' } })).toEqual(both('failed security.secret-key-rows other-key'));
});
