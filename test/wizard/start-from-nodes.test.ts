import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import type { NodeFacts } from '../../src/facts.ts';
import type { InitFlags } from '../../src/wizard/flags.ts';
import { makeCluster } from '../../src/wizard/make-cluster.ts';
import { answersOf } from '../../src/wizard/start-from-file.ts';
import { startFromNodes } from '../../src/wizard/start-from-nodes.ts';
import { answered, nothingYet, type State } from '../../src/wizard/state.ts';
import { walk } from '../../src/wizard/walk.ts';
import { fakeWorld, type FakeProgram, type FakeWorld } from '../fake-world.ts';
import { sampleCluster, sampleConfig, sampleNodeFacts } from '../sample.ts';

const names = ['graf-a', 'graf-b', 'graf-c'];

/** A node of a cluster that runs, as its config says. */
function config(index: number, change: Readonly<Record<string, string>> = {}): string {
  const own = `10.0.0.1${index + 1}:9094`;
  const values: Record<string, string> = {
    'server.root_url': 'https://grafana.example.com/', 'database.type': 'postgres', 'database.host': 'db.example.com', 'database.name': 'graf', 'database.user': 'grafana', 'database.password': 's3cret', 'database.ssl_mode': 'verify-full',
    'security.secret_key': 'own-key', 'unified_alerting.ha_advertise_address': own, 'unified_alerting.ha_peers': '10.0.0.11:9094,10.0.0.12:9094,10.0.0.13:9094', 'unified_alerting.ha_label': 'prod', ...change,
  };
  return Object.entries(values).map(([name, value]) => `[${name.split('.')[0]}]\n${name.split('.')[1]} = ${value}\n`).join('');
}

function looked(texts: readonly string[], change: (index: number) => Partial<NodeFacts> = () => ({})): State {
  const nodes = names.slice(0, texts.length).map((name, index) => ({ name, target: { text: `ops@10.0.0.1${index + 1}`, user: 'ops', host: `10.0.0.1${index + 1}` } }));
  const facts = nodes.map(({ name, target }, index) => [name, sampleNodeFacts({ hostName: name, config: sampleConfig(texts[index]!), sourceAddresses: new Map([['peer', target.host]]), ...change(index) })] as const);
  return { answers: { ...nothingYet.answers, nodes }, seen: { ...nothingYet.seen, nodes: new Map(facts) } };
}

async function run(start: State, flags: Partial<InitFlags> = {}, program: FakeProgram = {}): Promise<{ world: FakeWorld; state: State }> {
  const world = fakeWorld(program);
  return { world, state: await walk([startFromNodes(world, { file: 'grafana-ha.ini', output: 'rendered', from: names, ...flags })], start, world, false) };
}
const cluster = ({ answers }: State) => makeCluster({ ...answers, name: answers.name ?? 'x' }, { perHop: 8 });

describe('starting from running nodes', () => {
  it('takes everything they agree on, without a question', async () => {
    const { world, state } = await run(looked([0, 1, 2].map((index) => config(index))));
    expect(cluster(state)).toMatchObject({
      name: 'prod', rootUrl: 'https://grafana.example.com/', secrets: 'inline',
      database: { type: 'postgres', address: { host: 'db.example.com', port: 5432 }, name: 'graf', user: 'grafana', sslMode: 'verify-full', password: { kind: 'nodes' } },
      security: { secretKey: { kind: 'nodes' } }, alerting: { mode: 'gossip', port: 9094, label: 'prod' },
    });
    expect(state.answers.gossip.size).toBe(0);
    expect(world.noted.join('\n')).not.toMatch(/s3cret|own-key/);
  });

  it('asks setting by setting where they differ, with who has what', async () => {
    const start = looked([config(0, { 'database.host': 'old' }), config(1), config(2, { 'server.root_url': 'https://c.example.com' })]);
    const { world, state } = await run(start, {}, { answers: ['1', '0'] });
    expect(world.questions.map((question) => question.split('\n')[0]!.trim().split('  ')[0])).toEqual(['The nodes differ in the database. Which is right?', 'The nodes differ in [server] root_url. Which is right?']);
    expect(cluster(state)).toMatchObject({ rootUrl: 'https://grafana.example.com/', database: { address: { host: 'db.example.com' } } });
  });

  it.each([
    ['database.user', 'other', /database\. graf-a, graf-c: postgres:\/\/grafana@.*; graf-b: postgres:\/\/other@/, '--dsn URL'],
    ['database.ssl_mode', 'require', /ssl_mode.*graf-b: require/, '--ssl-mode MODE'],
    ['server.root_url', 'https://b.example.com/', /root_url.*graf-b: https:\/\/b/, '--root-url URL'],
    ['unified_alerting.ha_label', 'other', /ha_label.*graf-b: other/, '--like NODE'],
    ['unified_alerting.ha_advertise_address', '10.0.0.12:9095', /gossip port.*graf-b: 9095/, '--gossip-port PORT'],
    ['database.max_open_conn', '7', /max_open_conn.*graf-b: 7/, '--like NODE'],
    ['unified_alerting.ha_redis_address', 'redis:6379', /the Redis of alerting\. graf-a, graf-c: none; graf-b: redis:6379/, '--like NODE'],
  ])('names the flag that settles %s without a terminal', async (key, value, found, flag) => {
    const start = looked([config(0), config(1, { [key]: value }), config(2)]);
    await expect(run(start)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(found), hint: expect.stringContaining(flag) });
    expect((await run(start, { like: 'graf-a' })).state.answers.rootUrl?.url).toBe('https://grafana.example.com/');
  });

  it('keeps how they speak TLS when a flag names the database', async () => {
    const { state } = await run(looked([config(0), config(1, { 'database.host': 'old' }), config(2)]), { dsn: 'postgres://grafana@new/graf' });
    expect(state.answers.database).toMatchObject({ type: 'postgres', sslMode: 'verify-full' });
    expect(state.answers.database.address).toBeUndefined();
  });

  it('understands a database named by url, and says what a push would make of it', async () => {
    const byUrl = { 'database.url': 'postgres://grafana:s3cret@db.example.com:5432/graf' };
    const { world, state } = await run(looked([config(0, byUrl), config(1), config(2)]));
    expect(cluster(state).database).toMatchObject({ name: 'graf', user: 'grafana' });
    expect(world.noted.join('\n')).toMatch(/graf-a: the database is named by \[database\] url/);
  });

  it.each([
    ['unified_alerting.ha_redis_address', 'redis://redis:6379', /graf-b: \[unified_alerting\] ha_redis_address: redis:\/\/ is a URL/],
    ['database.connection_string', 'host=db', /graf-b: \[database\] connection_string/],
    ['database.url', 'postgres://grafana:s3cret@db/graf?sslcert=x', /graf-b: \[database\] url: the parameter sslcert/],
    ['database.type', 'postgresql', /graf-b: \[database\] type is "postgresql"/],
  ])('refuses %s, which it cannot keep, without a secret', async (key, value, found) => {
    const error: unknown = await run(looked([config(0), config(1, { [key]: value })])).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exitCode: 3, message: expect.stringMatching(found) });
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('s3cret');
  });

  it('keeps an address that the nodes would not find out by themselves, an empty label and a pool size', async () => {
    const own = (index: number) => config(index, { 'unified_alerting.ha_advertise_address': `192.168.7.${index + 1}:9099`, 'unified_alerting.ha_label': '', 'database.max_open_conn': '40' });
    const { state } = await run(looked([0, 1].map(own)));
    expect(cluster(state)).toMatchObject({ name: 'grafana', alerting: { port: 9099, label: '' }, database: { maxOpenConn: 40 }, nodes: [{ gossipAddress: { host: '192.168.7.1', port: 9099 } }, { gossipAddress: { host: '192.168.7.2' } }] });
  });

  it('takes over alerting over Redis, its passwords left on the nodes', async () => {
    const overRedis = { 'unified_alerting.ha_peers': '', 'unified_alerting.ha_redis_address': 's1:26379, s2:26379', 'unified_alerting.ha_redis_sentinel_mode_enabled': 'true', 'unified_alerting.ha_redis_sentinel_master_name': 'm', 'unified_alerting.ha_redis_password': 's3cret', 'unified_alerting.ha_redis_prefix': 'alerts:', 'unified_alerting.ha_redis_db': '2' };
    const { world, state } = await run(looked([0, 1].map((index) => config(index, overRedis))));
    expect(cluster(state)).toMatchObject({
      alerting: { mode: 'redis' },
      redis: { kind: 'sentinel', addresses: [{ host: 's1', port: 26379 }, { host: 's2', port: 26379 }], masterName: 'm', password: { kind: 'nodes' }, prefix: 'alerts', db: 2, tls: false },
    });
    expect(world.noted.join('\n')).toMatch(/over Redis sentinel m at s1:26379,s2:26379, prefix alerts, database 2/);
    expect(world.noted.join('\n')).not.toMatch(/s3cret|no gossip/);
  });

  const managed = { path: '/etc/grafana/certs/database_ca.pem', pem: 'PEM' };
  it('brings the CA file of an earlier push here, but not one of their own', async () => {
    const start = looked([config(0), config(1)], () => ({ databaseCa: managed }));
    expect((await run(start)).state).toMatchObject({ answers: { database: { caCert: '/work/certs/database_ca.pem' } }, seen: { fetched: { text: 'PEM' } } });
    const own = await run(looked([config(0), config(1)], () => ({ databaseCa: { path: '/etc/ssl/rds.pem', pem: 'PEM' } })));
    expect(own.state.answers.database.caCert).toBeUndefined();
    expect(own.world.noted.join('\n')).toMatch(/\/etc\/ssl\/rds.pem: used from there/);
    const another = await run(start, {}, { files: { '/work/certs/database_ca.pem': 'another' } });
    expect(another.state.answers.database.caCert).toBeUndefined();
  });

  it('says that a license stays, that keys differ, and who writes the configs', async () => {
    const texts = [0, 1].map((index) => `# Ansible managed\n${config(index, { 'enterprise.license_path': '/etc/grafana/license.jwt', 'security.secret_key': `key-${index}` })}`);
    const { world } = await run(looked(texts, () => ({ grafana: { version: '12.2.0', edition: 'enterprise', homePath: '/usr/share/grafana' } })));
    expect(world.noted.join('\n')).toMatch(/secret_key differs: graf-a \w{6}, graf-b \w{6}[^]*license {2}\/etc\/grafana\/license.jwt stays on all 2 nodes[^]*Ansible writes it; --push-never/i);
  });

  it('keeps of a cluster file what nodes cannot say', async () => {
    const before = sampleCluster({ name: 'mine', pushing: { keep: 3 }, ignored: [{ check: 'url.resolves', why: 'later' }], security: { secretKey: { kind: 'env', name: 'KEY' }, adminUser: 'root' } });
    const { state } = await run(answered(looked([config(0), config(1)]), { ...answersOf(before), nodes: looked([config(0), config(1)]).answers.nodes }));
    expect(cluster(state)).toMatchObject({ name: 'mine', pushing: { keep: 3 }, ignored: [{ check: 'url.resolves' }], security: { secretKey: { kind: 'env' }, adminUser: 'root' }, database: { name: 'graf' }, alerting: { label: 'prod' } });
  });

  it('leaves the database to be asked where all are on SQLite', async () => {
    const { world, state } = await run(looked(['', '']));
    expect(state.answers.database.address).toBeUndefined();
    expect(world.noted.join('\n')).toMatch(/all 2 nodes: on SQLite/);
  });

  it('writes new secrets into files as soon as one node does', async () => {
    const start = looked([config(0, { 'database.password': '$__file{/s}' }), config(1)], () => ({ secretFiles: new Map([['/s', new Secret('s3cret')]]) }));
    expect((await run(start)).state.answers.secrets).toBeUndefined();
  });
});
