import fc from 'fast-check';
import { becomes, type Cluster, type Database, type GrafanaLayout, type Node, type Redis } from '../../src/cluster/cluster.ts';
import { liveAddress, livePassword } from '../../src/cluster/cluster-file-redis.ts';
import type { SecretSource } from '../../src/cluster/secret.ts';

const present = <Value extends object>(value: Value): Value => Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Value;
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(arbitrary, { nil: undefined });

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,12}$/);
const line = fc.string({ minLength: 1, unit: fc.constantFrom(...'ab =;#"\'\\$|&é[](){}`,.:/@%-') }).filter((text) => text.trim() === text && text !== '');
const path = fc.oneof(fc.constantFrom('/etc/ha/a/b.pem', '/etc/ha/~/x', '/etc/ha//x', '/etc/hatch/x', '/a;b #c', '~/x', '/etc/ha/a b'), line.map((text) => `/${text}`));
const port = fc.integer({ min: 1, max: 65535 });
const address = fc.record({ host: fc.constantFrom('db', 'db.example.com', '10.0.0.1', '2001:db8::1'), port });
const source: fc.Arbitrary<SecretSource> = fc.oneof(
  fc.constantFrom<SecretSource>({ kind: 'nodes' }, { kind: 'ask' }, { kind: 'env', name: 'A_1' }),
  path.map((where) => ({ kind: 'file', path: where }) as const),
  fc.array(line, { minLength: 1, maxLength: 4 }).map((words) => ({ kind: 'command', words }) as const),
);

const hook = fc.array(line, { minLength: 1, maxLength: 4 });

const layout: fc.Arbitrary<GrafanaLayout> = fc.record({
  unit: fc.constantFrom('grafana-server', 'grafana@1.service'),
  statePath: fc.constantFrom('/var/lib/grafana-ha', '/opt/ha'),
  configPath: maybe(fc.constantFrom('/etc/grafana/grafana.ini', '/opt/a;b.ini')),
  start: maybe(line),
  stop: maybe(line),
  status: maybe(line),
  secretsPath: maybe(fc.constant('/opt/secrets')),
  owner: maybe(fc.constant('root:grafana')),
}).map(present);

const target = fc.constantFrom(
  { text: 'grafana-1', host: 'grafana-1' }, { text: 'ops@10.0.0.11:2222', user: 'ops', host: '10.0.0.11', port: 2222 },
  { text: 'CORP\\ops@[2001:db8::1]', user: 'CORP\\ops', host: '2001:db8::1' },
);

const node: fc.Arbitrary<Node> = fc.record({
  name, target, become: fc.constantFrom(...becomes), grafana: layout,
  gossipAddress: maybe(fc.record({ host: fc.constantFrom('10.0.0.1', 'fd00::1'), port })),
  nat: maybe(fc.constant(true as const)),
}).map(present);

const base = { address, name: fc.constantFrom('grafana', 'g_1'), user: fc.constantFrom('grafana', 'u@corp', '[u]'), password: source, caCert: maybe(path), client: maybe(fc.record({ cert: path, key: source })), maxOpenConn: maybe(fc.integer({ min: 1, max: 500 })) };
const database: fc.Arbitrary<Database> = fc.oneof(
  fc.record({ type: fc.constant('postgres' as const), ...base, sslMode: fc.constantFrom('verify-full' as const, 'verify-ca' as const, 'require' as const, 'disable' as const) }).map(present),
  fc.record({ type: fc.constant('mysql' as const), ...base, sslMode: fc.constantFrom('true' as const, 'skip-verify' as const, 'disable' as const), serverCertName: maybe(fc.constant('db.internal')) }).map(present),
);

const ignored = fc.record({
  check: fc.constantFrom('peers.udp', 'node.config-manager', 'url'),
  why: line.filter((text) => !/\(until/.test(text)),
  until: maybe(fc.constantFrom('2027-01-31', '2028-02-29')),
}).map(present);

const prefix = fc.constantFrom('prod', 'graf:1', '');
const redis: fc.Arbitrary<Redis> = fc.record({
  kind: fc.constantFrom('single' as const, 'sentinel' as const, 'cluster' as const), addresses: fc.array(address, { minLength: 1, maxLength: 3 }),
  masterName: line, username: maybe(line), password: maybe(source), sentinelPassword: maybe(source), db: fc.integer({ min: 0, max: 15 }), prefix, tls: fc.boolean(), caCert: maybe(path),
}).map(({ addresses, masterName, sentinelPassword, caCert, db, ...rest }) => present({
  ...rest,
  addresses: rest.kind === 'single' ? addresses.slice(0, 1) : addresses,
  masterName: rest.kind === 'sentinel' ? masterName : undefined,
  sentinelPassword: rest.kind === 'sentinel' ? sentinelPassword : undefined,
  db: rest.kind === 'cluster' ? 0 : db,
  caCert: rest.tls ? caCert : undefined,
}));

/** How the nodes agree on who notifies, and what carries Live events. */
const between: fc.Arbitrary<Pick<Cluster, 'alerting' | 'redis' | 'live'>> = fc.record({
  mode: fc.constantFrom('gossip' as const, 'redis' as const, 'off' as const), reason: line, port, label: fc.constantFrom('', 'prod', 'x y'), allowPublic: maybe(fc.constant(true as const)),
  redis: maybe(redis), someRedis: redis, live: maybe(fc.record({ address: maybe(address), prefix, password: maybe(source) })), liveAt: address,
}).map(({ mode, reason, port: number, label, allowPublic, redis: chosen, someRedis, live, liveAt }) => {
  const one = mode === 'redis' ? chosen ?? someRedis : chosen;
  const at = live?.address ?? liveAddress(one) ?? liveAt;
  return present({
    alerting: present({ mode, reason: mode === 'off' ? reason : undefined, port: number, label, allowPublic }),
    redis: one,
    live: live && present({ address: at, prefix: live.prefix, password: live.password ?? livePassword(one, at) }),
  });
});

/** Any cluster that a cluster file in /etc/ha can say. */
export const arbitraryCluster: fc.Arbitrary<Cluster> = fc.tuple(between, fc.record({
  name,
  rootUrl: fc.constantFrom('https://grafana.example.com/', 'http://[2001:db8::1]:3000/grafana/'),
  settings: maybe(path),
  secrets: fc.constantFrom('files' as const, 'inline' as const),
  push: fc.constantFrom('allowed' as const, 'never' as const),
  ssh: fc.record({ config: maybe(path), perHop: fc.integer({ min: 1, max: 99 }) }).map(present),
  nodes: fc.uniqueArray(node, { minLength: 1, maxLength: 4, selector: ({ name: own }) => own }),
  database,
  security: fc.record({ secretKey: source, adminUser: fc.constantFrom('admin', 'a;b'), adminPassword: maybe(source) }).map(present),
  license: maybe(fc.tuple(fc.oneof(path.map((where) => ({ path: where })), source.map((text) => ({ text }))), fc.boolean()).map(([token, autoRefresh]) => ({ ...token, autoRefresh }))),
  pushing: fc.record({ keep: fc.integer({ min: 1, max: 99 }), waitSeconds: maybe(fc.integer({ min: 1, max: 999 })), onFailure: maybe(fc.constantFrom('stop' as const, 'rollback-all' as const)) }).map(present),
  hooks: maybe(fc.record({ beforeNode: maybe(hook), afterNode: maybe(hook), beforeMigration: maybe(hook) }).map(present).filter((hooks) => Object.keys(hooks).length > 0)),
  ignored: fc.uniqueArray(ignored, { maxLength: 3, selector: ({ check }) => check }),
})).map(([agreed, rest]) => present({ ...rest, ...agreed }));
