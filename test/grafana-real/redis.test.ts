import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LabRedis, type RedisLab, startRedisLab } from '../io/redis-servers.ts';
import { startLab, type Lab } from '../lab/lab.ts';

const program = join(import.meta.dirname, '../../bin/grafana-ha.js');
const password = 'pa#ss;"w\\örd';
const redisPassword = "r#d;s'pw";
const nodes = [0, 1, 2];
const patience = { timeout: 90_000, interval: 500 };
let lab: Lab;
let servers: RedisLab;
let redis: LabRedis;
let folder: string;

beforeAll(async () => {
  lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres'], grafana: 'real' });
  folder = await mkdtemp(join(tmpdir(), 'grafana-ha-redis-'));
  servers = await startRedisLab(lab.postgres!.host);
  redis = await servers.start('alerting', { password: redisPassword });
  await lab.postgres!.createDatabase('over_redis', 'grafana', password);
  const { exitCode, all } = await grafanaHa('init', '--ssh-config', lab.sshConfig, ...lab.hosts.map((host) => `--node=${host.name}=${host.alias}`), ...lab.hostKeyFingerprints.map((key) => `--host-key=${key}`),
    '--dsn', `postgres://grafana@${lab.postgres!.host}:${lab.postgres!.port}/over_redis`, '--db-password', 'env:GRAFANA_DB_PASSWORD', '--db-ca', lab.postgres!.tls.caPath,
    '--root-url', 'https://grafana.example.com/', '--name', 'prod', '--yes');
  expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
  await writeFile(clusterFile(), `${await readFile(clusterFile(), 'utf8')}[alerting]\nmode = redis\n[redis]\naddress = ${lab.postgres!.host}:${redis.port}\npassword = env:REDIS_PASSWORD\n[live]\nengine = redis\n`);
});
afterAll(async () => {
  await servers.stop();
  await lab.stop();
  await rm(folder, { recursive: true });
});

const clusterFile = (): string => join(folder, 'grafana-ha.ini');

/** Runs our program as a person without a terminal would. */
async function grafanaHa(...words: readonly string[]): Promise<{ readonly exitCode?: number | undefined; readonly all: string }> {
  return execa(process.execPath, [program, ...words], { cwd: folder, env: { HOME: folder, GRAFANA_DB_PASSWORD: password, REDIS_PASSWORD: redisPassword }, stdin: 'ignore', all: true, reject: false });
}

async function figures(name: string): Promise<readonly number[]> {
  return Promise.all(nodes.map(async (node) => {
    const text = await (await fetch(`http://${lab.hosts[node]!.address}:${lab.hosts[node]!.httpPort}/metrics`)).text();
    return Number(new RegExp(`^(?:grafana_)?${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }));
}

async function processes(): Promise<readonly string[]> {
  return Promise.all(lab.hosts.map(async (host) => (await host.exec('systemctl show -p MainPID --value grafana-server')).stdout.trim()));
}

describe('a real Grafana with alerting and Live over Redis', () => {
  it('comes up: members 3, positions 0, 1 and 2', async () => {
    const pushed = await grafanaHa('push', '--yes');
    expect({ ...pushed, said: pushed.all.includes(redisPassword) }).toMatchObject({ exitCode: 0, said: false });
    await expect.poll(() => figures('alertmanager_cluster_members'), patience).toEqual([3, 3, 3]);
    await expect.poll(async () => [...await figures('alertmanager_peer_position')].toSorted(), patience).toEqual([0, 1, 2]);
  });

  it('meets in Redis under the names and the prefix of the cluster file', async () => {
    const keys = await redis.command('KEYS', 'prod:*') as readonly string[];
    expect(keys.toSorted()).toEqual(lab.hosts.map(({ name }) => `prod:${name}`).toSorted());
    expect(await redis.command('PUBSUB', 'NUMSUB', 'prod:full_state')).toEqual(['prod:full_state', 3]);
    expect((await redis.command('PUBSUB', 'CHANNELS', 'prod*gf_live*') as readonly string[]).filter((name) => name.includes('.node.'))).toHaveLength(3);
  });

  it('keeps the passwords out of the configs', async () => {
    for (const host of lab.hosts) {
      expect((await host.exec('cat /etc/grafana/grafana.ini')).stdout).toContain('ha_redis_password = $__file{/etc/grafana/secrets/redis_password}');
      expect((await host.exec('cat /etc/grafana/grafana.ini')).stdout).not.toContain(redisPassword);
    }
  });

  it('needs nothing more: validate is green, a second push restarts nothing', async () => {
    const before = await processes();
    const seen = await grafanaHa('validate');
    expect({ exitCode: seen.exitCode, all: seen.all }).toMatchObject({ exitCode: 0 });
    const again = await grafanaHa('push', '--yes');
    expect({ exitCode: again.exitCode, said: /nothing to change/i.test(again.all), all: again.all }).toMatchObject({ exitCode: 0, said: true });
    expect(await processes()).toEqual(before);
  });

  it('redis.prefix: sees a fourth Grafana under the prefix', async () => {
    await redis.command('SET', 'prod:peer-0f8b7a3e-6c1d-4f6e-9a57-2f0d1c3b4a5e', '1', 'EX', '300');
    const { exitCode, all } = await grafanaHa('validate', '--only', 'redis.prefix', '--json');
    expect({ exitCode, found: all.includes('"foreign"') }).toEqual({ exitCode: 3, found: true });
    await redis.command('DEL', 'prod:peer-0f8b7a3e-6c1d-4f6e-9a57-2f0d1c3b4a5e');
  });

  it('another prefix moves all at once', async () => {
    await writeFile(clusterFile(), (await readFile(clusterFile(), 'utf8')).replace('[redis]\n', '[redis]\nprefix = other\n'));
    const { exitCode, all } = await grafanaHa('push', '--yes');
    expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringContaining('All stop before the first starts') });
    await expect.poll(async () => [...await redis.command('KEYS', 'other:*') as readonly string[]].toSorted(), patience).toEqual(lab.hosts.map(({ name }) => `other:${name}`).toSorted());
  });
});
