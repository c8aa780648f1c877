import { rmSync } from 'node:fs';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisChecks } from '../../src/checks/redis.ts';
import { runChecks } from '../../src/checks/run-checks.ts';
import type { Cluster, Live, Redis } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { RedisCredentials } from '../../src/facts/redis.ts';
import { gatherRedis } from '../../src/gather/redis.ts';
import { redis as driver } from '../../src/io/redis.ts';
import type { NodeConnection } from '../../src/world.ts';
import { sampleCluster, sampleFacts } from '../sample.ts';
import { type LabRedis, type RedisLab, startRedisLab } from './redis-servers.ts';
import { connected, sshWith, target } from './ssh-world.ts';
import { freePort, makePerson, makeTestFolder, startSshd, type Sshd } from './sshd.ts';

const host = '127.0.0.1';
const password = 'pa#ss; "w\' `x`';
const found = (text: string) => ({ ok: true, facts: new Secret(text) }) as const;

const folder = makeTestFolder();
const person = makePerson(folder);
let sshd: Sshd;
let connections: ReadonlyMap<string, NodeConnection>;
let lab: RedisLab;
/** One that is as it should be, with a user for one prefix. */
let main: LabRedis;

beforeAll(async () => {
  sshd = await startSshd(folder, person.publicKey);
  person.trusts(sshd);
  const outcomes = await sshWith().connect([target('graf-a', 'root', sshd.port), target('graf-b', 'root', sshd.port)], { config: person.config('config') });
  connections = new Map(outcomes.map((outcome) => [outcome.name, connected(outcome)]));
  lab = await startRedisLab();
  main = await lab.start('main', { password, lines: ["user grafana on >grafana-pw ~prod:* &prod:* +@read +@write +@pubsub +@connection +info", 'user narrow on >narrow-pw ~other:* &other:* +@all'] });
});

afterAll(async () => {
  for (const connection of connections.values()) await connection.close();
  await lab.stop();
  await sshd.stop();
  rmSync(folder, { recursive: true });
});

interface Case {
  readonly redis?: Partial<Redis>;
  readonly live?: Live;
  readonly credentials?: RedisCredentials;
  /** Of the CA file; absent: the node's own bundle, which is empty. */
  readonly ca?: string;
}

/** Gathers from both nodes over ssh and judges: `outcome check@node code`, passed ones left out. */
async function look({ redis, live, credentials = {}, ca }: Case): Promise<readonly string[]> {
  const whole: Redis = { kind: 'single', addresses: [{ host, port: main.port }], db: 0, prefix: 'prod', tls: false, ...(ca === undefined ? {} : { caCert: '/ca.pem' }), ...redis };
  const cluster: Cluster = sampleCluster({ alerting: { mode: 'redis', port: 9094, label: 'prod' }, redis: whole, ...(live === undefined ? {} : { live }) });
  const facts = sampleFacts();
  const local = { redis: credentials, ...(ca === undefined ? {} : { redisCa: { ok: true, text: ca } as const }) };
  const paths = await gatherRedis(cluster, facts.nodes, { outcomes: [], connection: (name) => connections.get(name), [Symbol.asyncDispose]: async () => {} }, local, { redis: driver, clock: { monotonic: () => performance.now() } });
  const results = runChecks(redisChecks, { ...facts, local: { ...facts.local, ...local }, redis: paths, at: new Date() }, cluster, { today: '2027-01-04', fingerprint: () => 'f' });
  return results.flatMap(({ check, node, judgement }) => {
    if (judgement.outcome === 'skipped') return [`skipped ${check}${node === undefined ? '' : `@${node}`}`];
    return 'code' in judgement ? [`${judgement.outcome} ${check}${node === undefined ? '' : `@${node}`} ${judgement.code}`] : [];
  });
}

const both = (finding: string): readonly string[] => ['graf-a', 'graf-b'].map((node) => finding.replace('@', `@${node}`));
const failures = (all: readonly string[]): readonly string[] => all.filter((one) => !one.startsWith('skipped'));

describe('a Redis seen from two nodes', () => {
  it.each<[string, () => Case]>([
    ['the default user', () => ({ credentials: { password: found(password) } })],
    ['a user for this prefix alone', () => ({ redis: { username: 'grafana' }, credentials: { password: found('grafana-pw') } })],
    ['another database', () => ({ redis: { db: 3 }, credentials: { password: found(password) } })],
    ['Live on the same server', () => ({ live: { address: { host, port: main.port }, prefix: 'prod' }, credentials: { password: found(password), livePassword: found(password) } })],
  ])('passes every check with %s', async (_, make) => {
    expect(await look(make())).toEqual([]);
  });

  it('leaves no key, no listener and no client behind', async () => {
    const clients = async () => String(await main.command('CLIENT', 'LIST')).trim().split('\n').length;
    const before = await clients();
    await look({ credentials: { password: found(password) } });
    expect(await main.command('KEYS', '*')).toEqual([]);
    await expect.poll(() => main.command('PUBSUB', 'CHANNELS')).toEqual([]);
    await expect.poll(clients).toBe(before);
  });

  it('redis.login: tries a wrong password from one node, and once', async () => {
    await main.command('ACL', 'LOG', 'RESET');
    expect(await look({ credentials: { password: found('wrong') } })).toEqual(expect.arrayContaining(['failed redis.login@graf-a WRONGPASS', 'skipped redis.login@graf-b']));
    const log = await main.command('ACL', 'LOG') as readonly (readonly unknown[])[];
    expect(log.map((entry) => entry[1])).toEqual([1]);
  });

  it.each<[string, () => Promise<Case>, readonly string[]]>([
    ['redis.login: no password where one is wanted', async () => ({}), both('failed redis.login@ NOAUTH')],
    ['redis.login: a password where there is none', async () => ({ redis: await at('open'), credentials: { password: found('x') } }), ['failed redis.login@graf-a NOPASS']],
    ['redis.login: a closed port', async () => ({ redis: { addresses: [{ host, port: await freePort() }] } }), both('failed redis.login@ ECONNREFUSED')],
    ['redis.login: an unknown host', async () => ({ redis: { addresses: [{ host: 'no.such.host.invalid', port: 1 }] } }), both('failed redis.login@ ENOTFOUND')],
    ['redis.login: TLS wanted where we speak none', async () => ({ redis: await at('tls', { tls: true, lines: ['tls-auth-clients no'] }) }), both('failed redis.login@ ECONNRESET')],
    ['redis.login: Live without the password', async () => ({ credentials: { password: found(password) }, live: { address: { host, port: main.port }, prefix: 'prod' } }), both('failed redis.login@ NOAUTH')],
    ['redis.login: a client certificate wanted', async () => ({ redis: { ...await at('mutual', { tls: true, lines: ['tls-auth-clients yes'] }), tls: true }, ca: lab.ca }), both('failed redis.login@ ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')],
    ['redis.tls: an authority that is not trusted', async () => ({ redis: { ...await at('tls2', { tls: true, lines: ['tls-auth-clients no'] }), tls: true } }), both('failed redis.tls@ SELF_SIGNED_CERT_IN_CHAIN')],
    ['redis.tls: no TLS where we want it', async () => ({ redis: { tls: true }, credentials: { password: found(password) }, ca: lab.ca }), both('failed redis.tls@ not-offered')],
    ['redis.tls: another name in the certificate', async () => ({ redis: { ...await at('tls3', { tls: true, lines: ['tls-auth-clients no'] }, 'localhost'), tls: true }, ca: lab.ca }), both('failed redis.tls@ name')],
    ['redis.primary: a read-only replica', async () => ({ redis: await at('replica', { lines: [`replicaof ${host} ${main.port}`, `masterauth ${JSON.stringify(password)}`] }) }), both('failed redis.primary@ replica')],
    ['redis.commands: a user for another prefix', async () => ({ redis: { username: 'narrow' }, credentials: { password: found('narrow-pw') } }), both('failed redis.commands@ NOPERM')],
    ['redis.eviction: a Redis that evicts', async () => ({ redis: await at('cache', { lines: ['maxmemory 20mb', 'maxmemory-policy allkeys-lru'] }) }), both('warned redis.eviction@ evicting')],
    ['redis.kind: a cluster where a single one is named', async () => ({ redis: await at('cluster', { lines: ['cluster-enabled yes'] }) }), [...both('failed redis.kind@ cluster'), ...both('failed redis.commands@ CLUSTERDOWN')]],
    ['redis.kind: a single one where a cluster is named', async () => ({ redis: { kind: 'cluster' }, credentials: { password: found(password) } }), both('failed redis.kind@ single')],
  ])('%s', async (_, make, expected) => {
    expect(failures(await look(await make()))).toEqual(expected);
  });

  it('redis.login: names a Redis that never answers', async () => {
    const server = net.createServer(() => {});
    const port = await new Promise<number>((resolve) => server.listen(0, host, () => resolve((server.address() as net.AddressInfo).port)));
    expect(failures(await look({ redis: { addresses: [{ host, port }] } }))).toEqual(both('failed redis.login@ ETIMEDOUT'));
    server.close();
  });

  it('passes every check over TLS', async () => {
    expect(await look({ redis: { ...await at('tls4', { tls: true, lines: ['tls-auth-clients no'] }), tls: true }, ca: lab.ca })).toEqual([]);
  });

  it('redis.prefix: sees a Grafana of another cluster under the prefix, and passes when it has gone', async () => {
    const look1 = () => look({ credentials: { password: found(password) } });
    await main.command('SET', 'prod:peer-0f8b7a3e-6c1d-4f6e-9a57-2f0d1c3b4a5e', '1', 'EX', '300');
    await main.command('SET', 'prodigy:peer-1f8b7a3e-6c1d-4f6e-9a57-2f0d1c3b4a5e', '1', 'EX', '300');
    expect(await look1()).toEqual(['failed redis.prefix foreign']);
    // Of a Grafana that stopped a minute ago.
    await main.command('EXPIRE', 'prod:peer-0f8b7a3e-6c1d-4f6e-9a57-2f0d1c3b4a5e', '240');
    expect(await look1()).toEqual([]);
    await main.command('FLUSHALL');
  });

  describe('behind Sentinels', () => {
    const sentinel = (port: number, change: Partial<Redis> = {}): Case => ({ redis: { kind: 'sentinel', addresses: [{ host, port }], masterName: 'mymaster', ...change }, credentials: { password: found(password), sentinelPassword: found('sentinel-pw') } });
    let one: LabRedis;
    beforeAll(async () => {
      one = await lab.start('sentinel', { sentinel: true, password: 'sentinel-pw', lines: [`sentinel monitor mymaster ${host} ${main.port} 1`, `sentinel auth-pass mymaster ${JSON.stringify(password)}`] });
    });

    it('passes every check', async () => {
      expect(await look(sentinel(one.port))).toEqual([]);
    });

    it('redis.sentinel: no master of that name', async () => {
      expect(await look(sentinel(one.port, { masterName: 'other' }))).toEqual(both('failed redis.sentinel@ unknown-master'));
    });

    it('redis.login: one of the Sentinels is away', async () => {
      expect(failures(await look(sentinel(one.port, { addresses: [{ host, port: await freePort() }, { host, port: one.port }] })))).toEqual(both('failed redis.login@ ECONNREFUSED'));
    });
  });

  it('passes every check on a Redis Cluster, and finds the masters that it announces', async () => {
    const seed = await lab.start('seed', { lines: ['cluster-enabled yes', `cluster-announce-ip ${host}`] });
    await seed.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await expect.poll(async () => String(await seed.command('CLUSTER', 'INFO')), { timeout: 30_000 }).toContain('cluster_state:ok');
    expect(await look({ redis: { kind: 'cluster', addresses: [{ host, port: seed.port }] } })).toEqual([]);
  });
});

/** A server of this test's own, as [redis] names it. */
async function at(name: string, options: Parameters<RedisLab['start']>[1] = {}, as = host): Promise<Partial<Redis>> {
  const { port } = await lab.start(name, options);
  return { addresses: [{ host: as, port }] };
}
