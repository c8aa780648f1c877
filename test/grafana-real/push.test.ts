import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeClusterFile } from '../e2e/push-lab.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';

const program = join(import.meta.dirname, '../../bin/grafana-ha.js');
const config = '/etc/grafana/grafana.ini';
const secrets = { database: 'pa#ss;"w\\rd', admin: 'first admin' };
let lab: Lab;
let home: string;

beforeAll(async () => {
  lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres', 'mariadb'], grafana: 'real' });
  home = await mkdtemp(join(tmpdir(), 'grafana-ha-real-'));
});
afterAll(async () => {
  await lab.stop();
  await rm(home, { recursive: true });
});

async function grafanaHa(...words: readonly string[]): Promise<{ readonly exitCode?: number | undefined; readonly all: string }> {
  const { exitCode, all } = await execa(process.execPath, [program, ...words, '--yes', ...lab.hostKeyFingerprints.map((key) => `--host-key=${key}`)], { cwd: lab.folder, env: { HOME: home }, stdin: 'ignore', all: true, reject: false });
  return { exitCode, all };
}

async function onAll(script: string): Promise<string[]> {
  return Promise.all(lab.hosts.map(async (host) => (await host.exec(script)).stdout.trim()));
}

describe.each(['postgres', 'mariadb'] as const)('pushes to a real Grafana on %s', (engine) => {
  const cluster = (rootUrl: string, database: string): string => writeClusterFile(lab, secrets, { engine, rootUrl, database });
  const databases = ['one', 'two'];
  const seen = (...views: readonly string[]): RegExp => new RegExp(views.map((view, index) => `✔ lab-${index + 1} {2}healthy \\d+ s, sees ${view}`).join('[^]*'));

  beforeAll(async () => {
    for (const host of lab.hosts) await host.reset();
    await lab[engine]!.createDatabase('one', 'grafana', secrets.database);
    await lab[engine]!.adminExec(engine === 'postgres' ? 'create database two owner grafana' : 'create database two');
    if (engine === 'mariadb') await lab.mariadb!.adminExec("grant all on two.* to 'grafana'@'%'");
  });
  afterAll(async () => {
    for (const host of lab.hosts) await host.reset();
    for (const name of databases) await lab[engine]!.dropDatabase(name, name === 'two' ? 'grafana' : undefined);
  });

  it('the first one: each node sees those before it', async () => {
    const { exitCode, all } = await grafanaHa('push', '--file', cluster('https://one.example.com/', 'one'));
    expect(all).toMatch(seen('1/1', '2/2', '3/3'));
    expect(exitCode).toBe(0);
  });

  it('33, wait-mesh: in a roll each node sees all again before the next goes', async () => {
    const { exitCode, all } = await grafanaHa('push', '--file', cluster('https://two.example.com/', 'one'));
    expect(all).toMatch(/Roll {2}3 restarts, lab-1 first/);
    expect(all).toMatch(seen('3/3', '3/3', '3/3'));
    expect(exitCode).toBe(0);
  });

  it('a roll that fails: the node gets its old config back, and sees all again', async () => {
    await lab.hosts[1]!.exec(`mkdir -p /run/systemd/system/grafana-server.service.d
printf '%s\\n' '[Service]' "ExecStartPre=/bin/sh -c 'if grep -q three.example ${config}; then exit 1; fi'" > /run/systemd/system/grafana-server.service.d/test.conf
systemctl daemon-reload`);
    const { exitCode, all } = await grafanaHa('push', '--file', cluster('https://three.example.com/', 'one'));
    expect(all).toMatch(/lab-1 {2}healthy[^]*lab-2 {2}has its old config back[^]*lab-3 {2}as it was before/);
    expect(exitCode).toBe(4);
    expect(await onAll(`grep -c three.example ${config}; systemctl is-active grafana-server`)).toEqual(['2\nactive', '0\nactive', '0\nactive']);
    await lab.hosts[1]!.exec('rm -r /run/systemd/system/grafana-server.service.d; systemctl daemon-reload');
    expect(await grafanaHa('push', '--file', cluster('https://three.example.com/', 'one'))).toMatchObject({ exitCode: 0 });
  });

  it('a rollback, as careful as a push', async () => {
    const { exitCode, all } = await grafanaHa('rollback', '--file', cluster('https://three.example.com/', 'one'));
    expect(all).toMatch(/healthy \d+ s, sees 3\/3/);
    expect(exitCode).toBe(0);
    expect((await onAll(`grep -c three.example ${config}; systemctl is-active grafana-server`)).slice(1)).toEqual(['0\nactive', '0\nactive']);
  });

  it('a move to another database: all stop, and come up there', async () => {
    const { exitCode, all } = await grafanaHa('push', '--overwrite', '--admin-password', 'file:admin', '--file', cluster('https://two.example.com/', 'two'));
    expect(all).toMatch(/Move {2}3 restarts/);
    expect(all).toMatch(seen('1/1', '2/2', '3/3'));
    expect(exitCode).toBe(0);
    expect(await onAll(`grep '^name = ' ${config}`)).toEqual(['name = two', 'name = two', 'name = two']);
  });

  it('no start ever met another: no journal says "failed to obtain lock"', async () => {
    expect(await onAll('journalctl -u grafana-server -o cat | grep -ci "failed to obtain lock"; journalctl -u grafana-server -o cat | grep -c "^Started"')).toEqual(
      lab.hosts.map(() => expect.stringMatching(/^0\n[1-9]/) as string));
  });
});
