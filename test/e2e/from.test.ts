import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { init, type InitOptions } from '../../src/commands/init.ts';
import { push } from '../../src/commands/push.ts';
import { validate } from '../../src/commands/validate.ts';
import { makeWorld } from '../../src/context.ts';
import { ExitCode, isUserError } from '../../src/errors.ts';
import type { World } from '../../src/world.ts';
import { startLab, type Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { startRedisLab } from '../io/redis-servers.ts';
import { handMade, snapshot } from './from-lab.ts';
import { ask, packageRoot } from './push-lab.ts';

const world = makeWorld(packageRoot);
const password = 'p#w;"one';
const rootUrl = 'https://grafana.example.com/';
let lab: Lab;
let folder: string;

beforeAll(async () => {
  lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres', 'mariadb'] });
});
afterAll(() => lab.stop());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grafana-ha-from-'));
  await Promise.all(lab.hosts.map((host) => host.reset()));
  for (const server of [lab.postgres!, lab.mariadb!]) {
    await server.dropDatabase('grafana', 'grafana');
    await server.createDatabase('grafana', 'grafana', password);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly exitCode: number;
  readonly said: string;
}

/** Runs a command with the real world, without a terminal, in the test's folder. */
async function run(command: (world: World) => Promise<number>): Promise<Ended> {
  const said: string[] = [];
  const note = (text: string): void => void said.push(text);
  const screen: World['screen'] = { ...world.screen, print: note, note, progress: () => ({ update: () => {}, done: () => {} }) };
  const files: World['files'] = { ...world.files, resolve: (path, base = folder) => world.files.resolve(path, base) };
  try {
    return { exitCode: await command({ ...world, screen, files, local: { ...world.local, cwd: folder } }), said: said.join('\n') };
  } catch (error) {
    if (!isUserError(error)) throw error;
    return { exitCode: error.exitCode, said: [...said, error.message, error.hint].join('\n') };
  }
}

const reach = () => ({ hostKey: lab.hostKeyFingerprints });
const initFrom = (options: Partial<InitOptions> = {}): Promise<Ended> =>
  run((world) => init(world, { file: 'grafana-ha.ini', output: 'rendered', sshConfig: lab.sshConfig, from: lab.hosts.map(({ alias }) => alias), ...reach(), ...options }));
const written = (): string => readFileSync(join(folder, 'grafana-ha.ini'), 'utf8');
const emptyPlan = () => run((world) => push(world, { ...reach(), file: 'grafana-ha.ini', dryRun: true }));
const bare = (text: string): string => text.split('\n').filter((line) => !line.startsWith(';') && line.trim() !== '').join('\n');

/** A cluster that was set up by hand, each node in its own way; all three run. */
async function byHand(more: Partial<Parameters<typeof handMade>[1]> = {}): Promise<void> {
  for (const [index, host] of lab.hosts.entries()) {
    await ask(host, handMade(lab, { index, password, rootUrl, ...more }));
    await ask(host, 'systemctl start grafana-server');
    await until(`Grafana on ${host.name}`, async () => (await host.exec('bash -c "exec 3<>/dev/tcp/127.0.0.1/3000"')).exitCode === 0);
  }
}

describe('init --from', () => {
  it('gives back the cluster file that was pushed, and finds nothing to change', async () => {
    mkdirSync(join(folder, 'certs'));
    writeFileSync(join(folder, 'certs/database_ca.pem'), lab.postgres!.tls.ca);
    writeFileSync(join(folder, 'password'), password);
    const { host, port } = lab.postgres!;
    const file = [
      '; ours', '[cluster]', 'name = lab', `root_url = ${rootUrl}`, '[ssh]', `config = ${lab.sshConfig}`,
      '[database]', 'type = postgres', `host = ${host}:${port}`, 'name = grafana', 'user = grafana', 'password = nodes', 'ssl_mode = verify-full', 'ca_cert = certs/database_ca.pem', 'max_open_conn = 12',
      '[security]', 'secret_key = nodes', '[nodes]', ...lab.hosts.map(({ name, alias }) => `${name} = ${alias}`), '',
    ].join('\n');
    writeFileSync(join(folder, 'grafana-ha.ini'), file);
    writeFileSync(join(folder, 'admin'), 'first admin');
    const pushed = await run((world) => push(world, { ...reach(), file: 'grafana-ha.ini', dbPassword: `file:${join(folder, 'password')}`, adminPassword: `file:${join(folder, 'admin')}`, yes: true }));
    expect(pushed).toMatchObject({ exitCode: ExitCode.Done });
    for (const name of ['grafana-ha.ini', 'certs']) rmSync(join(folder, name), { recursive: true });

    const before = await snapshot(lab);
    const ended = await initFrom();
    expect(ended).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringContaining('Nothing to change') });
    expect(ended.said).not.toContain(password);
    expect(await snapshot(lab)).toEqual(before);
    expect(bare(written())).toBe(bare(file));
    expect(readFileSync(join(folder, 'certs/database_ca.pem'), 'utf8')).toBe(lab.postgres!.tls.ca);
    expect(await emptyPlan()).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringContaining('Nothing to change') });
    expect(await snapshot(lab)).toEqual(before);
  });

  it.each(['postgres', 'mariadb'] as const)('finds nothing to change on hosts that were set up by hand on %s, each in its own way, and touches nothing there', async (engine) => {
    await byHand({ engine });
    const before = await snapshot(lab);
    const ended = await initFrom();
    expect(ended).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringContaining('Nothing to change') });
    expect(ended.said).not.toContain(password);
    expect(written()).not.toContain(password);
    expect(await emptyPlan()).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringContaining('Nothing to change') });
    expect(await run((world) => validate(world, { ...reach(), file: 'grafana-ha.ini' }))).toMatchObject({ exitCode: ExitCode.Done });
    expect(await snapshot(lab)).toEqual(before);
  });

  it('lets everything but push work where another tool writes the nodes', async () => {
    await byHand();
    expect(await initFrom({ pushNever: true })).toMatchObject({ exitCode: ExitCode.Done });
    expect(written()).toContain('push = never\n');
    expect(await emptyPlan()).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringContaining('Nothing to change') });
    expect(await run((world) => push(world, { ...reach(), file: 'grafana-ha.ini', yes: true }))).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, said: expect.stringContaining('another tool') });
    expect(await initFrom({ rootUrl: 'https://new.example.com' })).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringContaining('let the tool that writes these nodes take') });
    expect(written()).toMatch(/root_url = https:\/\/new.example.com\/\npush = never\n/);
  });

  it('names who has what where the nodes differ, and takes the one that --like or a flag says is right', async () => {
    await byHand({ rootUrlOf: (index) => (index === 1 ? 'https://other.example.com/' : rootUrl) });
    const asked = await initFrom();
    expect(asked).toMatchObject({ exitCode: ExitCode.WrongUsage, said: expect.stringMatching(/\[server\] root_url. lab-1, lab-3: https:\/\/grafana.*; lab-2: https:\/\/other[^]*--root-url URL/) });
    expect(await initFrom({ like: 'lab-2' })).toMatchObject({ exitCode: ExitCode.Done });
    expect(written()).toContain('root_url = https://other.example.com/');
    expect(await initFrom({ rootUrl })).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringMatching(/lab-2\n +\[server\] root_url: https:\/\/other.example.com → https:\/\/grafana/) });
  });

  it('takes over alerting over Redis that was set up by hand, and finds nothing to change', async () => {
    const servers = await startRedisLab(lab.postgres!.host);
    const redisPassword = 'r#d;s pw';
    const { port } = await servers.start('alerting', { password: redisPassword });
    await byHand();
    const ways = [['ha_redis_prefix = alerts', `ha_redis_password = """${redisPassword}"""`], ['ha_redis_prefix="alerts:"', 'ha_redis_db=0', 'ha_redis_password=$__file{/etc/grafana/redis-password}'], ['ha_redis_prefix = alerts', 'ha_redis_peer_name = lab-3', `ha_redis_password = \`${redisPassword}\``]];
    for (const [index, host] of lab.hosts.entries()) {
      await ask(host, `printf '%s\\n' '${redisPassword}' > /etc/grafana/redis-password && chown root:grafana /etc/grafana/redis-password
cat >> /etc/grafana/grafana.ini <<'END'
[unified_alerting]
ha_peers =
ha_redis_address = ${lab.postgres!.host}:${port}
${ways[index]!.join('\n')}
END
systemctl restart grafana-server`);
      await until(`Grafana on ${host.name}`, async () => (await host.exec('bash -c "exec 3<>/dev/tcp/127.0.0.1/3000"')).exitCode === 0);
    }
    const before = await snapshot(lab);
    expect(await initFrom()).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringContaining('Nothing to change') });
    expect(bare(written())).toContain(`[alerting]\nmode = redis\n[redis]\naddress = ${lab.postgres!.host}:${port}\npassword = nodes\nprefix = alerts`);
    expect(await emptyPlan()).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringContaining('Nothing to change') });
    const seen = await run((world) => validate(world, { ...reach(), file: 'grafana-ha.ini' }));
    expect(seen).toMatchObject({ exitCode: ExitCode.Done });
    expect(seen.said).not.toContain(redisPassword);
    expect(await snapshot(lab)).toEqual(before);
    await servers.stop();
  });

  it('tells what moving means for a single node on SQLite', async () => {
    expect(await initFrom({ from: [lab.hosts[0]!.alias] })).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, said: expect.stringMatching(/lab-1 is one node, on SQLite[^]*cannot move SQLite[^]*--node FIRST SECOND/) });
  });
});
