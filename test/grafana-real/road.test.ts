import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab, type LabDatabase } from '../lab/lab.ts';

const program = join(import.meta.dirname, '../../bin/grafana-ha.js');
const password = 'pa#ss;"w\\örd';
let lab: Lab;
let folder: string;

beforeAll(async () => {
  lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres', 'mariadb'], grafana: 'real' });
  folder = await mkdtemp(join(tmpdir(), 'grafana-ha-real-'));
});
afterAll(async () => {
  await lab.stop();
  await rm(folder, { recursive: true });
});

/** Runs our program as a person without a terminal would. */
async function grafanaHa(...words: readonly string[]): Promise<{ readonly exitCode?: number | undefined; readonly all: string }> {
  return execa(process.execPath, [program, ...words], { cwd: folder, env: { HOME: folder, GRAFANA_DB_PASSWORD: password }, stdin: 'ignore', all: true, reject: false });
}

function initWords(database: LabDatabase, name: string): readonly string[] {
  return ['init', '--ssh-config', lab.sshConfig, ...lab.hosts.map((host) => `--node=${host.name}=${host.alias}`), ...lab.hostKeyFingerprints.map((key) => `--host-key=${key}`),
    '--dsn', `${database.type}://grafana@${database.host}:${database.port}/${name}`, '--db-password', 'env:GRAFANA_DB_PASSWORD', '--db-ca', database.tls.caPath,
    '--root-url', 'https://grafana.example.com/', '--name', name, '--file', `${name}.ini`, '--yes', '--push'];
}

/** What one node's Grafana says, asked directly. */
async function ask(node: number, path: string, init?: RequestInit): Promise<Response> {
  const { address, httpPort } = lab.hosts[node]!;
  return fetch(`http://${address}:${httpPort}${path}`, init);
}

/** A login's session cookie, as `name=value`. */
async function logIn(node: number, secret: string): Promise<string> {
  const answer = await ask(node, '/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user: 'admin', password: secret }) });
  expect(answer.status).toBe(200);
  return /grafana_session=[^;]+/.exec(answer.headers.getSetCookie().join('\n'))![0];
}

async function figure(node: number, name: string): Promise<number | undefined> {
  const line = new RegExp(`^(?:grafana_)?${name} (\\S+)$`, 'm').exec(await (await ask(node, '/metrics')).text());
  return line ? Number(line[1]) : undefined;
}

async function processes(): Promise<readonly string[]> {
  return Promise.all(lab.hosts.map(async (host) => (await host.exec('systemctl show -p MainPID --value grafana-server')).stdout.trim()));
}

describe.each(['postgres', 'mariadb'] as const)('a real Grafana on %s', (kind) => {
  const name = `road_${kind}`;
  const nodes = [0, 1, 2];

  beforeAll(async () => {
    for (const host of lab.hosts) await host.reset();
    await lab[kind]!.createDatabase(name, 'grafana', password);
    const { exitCode, all } = await grafanaHa(...initWords(lab[kind]!, name));
    expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
  });
  afterAll(async () => {
    for (const host of lab.hosts) await host.reset();
    await lab[kind]!.dropDatabase(name, 'grafana');
  });

  it('becomes one gossip mesh: members 3, positions 0, 1 and 2', async () => {
    await expect.poll(() => Promise.all(nodes.map((node) => figure(node, 'alertmanager_cluster_members'))), { timeout: 60_000, interval: 500 }).toEqual([3, 3, 3]);
    await expect.poll(async () => (await Promise.all(nodes.map((node) => figure(node, 'alertmanager_peer_position')))).sort(), { timeout: 60_000, interval: 500 }).toEqual([0, 1, 2]);
  });

  it('shares its sessions: the cookie of one node is valid on the others', async () => {
    const secret = (await readFile(join(folder, `.config/grafana-ha/${name}/admin_password`), 'utf8')).trim();
    const cookie = await logIn(0, secret);
    expect(await Promise.all(nodes.map(async (node) => (await ask(node, '/api/user', { headers: { cookie } })).status))).toEqual([200, 200, 200]);
  });

  it('does not put admin/admin behind the shared URL', async () => {
    const answer = await ask(1, '/api/user', { headers: { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` } });
    expect(answer.status).toBe(401);
  });

  it('uses what we wrote', async () => {
    const secret = (await readFile(join(folder, `.config/grafana-ha/${name}/admin_password`), 'utf8')).trim();
    const answer = await ask(2, '/api/admin/settings', { headers: { authorization: `Basic ${Buffer.from(`admin:${secret}`).toString('base64')}` } });
    const settings = (await answer.json()) as Record<string, Record<string, string>>;
    expect(settings['server']).toMatchObject({ root_url: 'https://grafana.example.com/', domain: 'grafana.example.com' });
    expect(settings['database']).toMatchObject({ type: lab[kind]!.type, name, user: 'grafana' });
    expect(settings['unified_alerting']).toMatchObject({ ha_advertise_address: `${lab.hosts[2]!.address}:9094`, ha_label: name, ha_peers: lab.hosts.map(({ address }) => `${address}:9094`).join(',') });
  });

  it('needs nothing more: validate is green, a second push restarts nothing', async () => {
    const before = await processes();
    expect(await grafanaHa('validate', '--file', `${name}.ini`)).toMatchObject({ exitCode: 0 });
    const again = await grafanaHa('push', '--file', `${name}.ini`, '--yes');
    expect({ exitCode: again.exitCode, said: /nothing to change/i.test(again.all) }).toEqual({ exitCode: 0, said: true });
    expect(await processes()).toEqual(before);
  });
});
