import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTerminal, type Terminal } from '../io/terminal.ts';
import { startLab, type Lab } from '../lab/lab.ts';

const program = join(import.meta.dirname, '../../bin/grafana-ha.js');
const password = 'correct-horse-battery';
let lab: Lab;
let folder: string;
let terminal: Terminal | undefined;

beforeAll(async () => {
  lab = await startLab({ hosts: 3, databases: ['postgres', 'mariadb'] });
});
afterAll(() => lab.stop());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grafana-ha-wizard-'));
  await Promise.all(lab.hosts.map((host) => host.reset()));
});
afterEach(async () => {
  terminal?.kill();
  rmSync(folder, { recursive: true });
  await lab.postgres!.dropDatabase('grafana', 'grafana');
  await lab.mariadb!.dropDatabase('grafana', 'grafana');
});

function init(...flags: readonly string[]): Terminal {
  terminal = openTerminal([process.execPath, program, 'init', '--ssh-config', lab.sshConfig, ...flags], { cwd: folder, env: { HOME: folder, NO_COLOR: '1' }, columns: 160 });
  return terminal;
}

/** Waits for each question in turn, the answer to the one before being on the screen, and types. */
async function answer(on: Terminal, ...exchanges: readonly (readonly [question: RegExp, keys: string])[]): Promise<void> {
  for (const [question, keys] of exchanges) {
    await on.sees(question, 60_000);
    on.type(keys);
  }
}

const asks = {
  nodes: /1 Nodes.*\n>\s*$/, trust: /Trust these 3\? \(y\/N\)\s*$/, url: /2 Database URL.*\n>\s*$/, password: / Password.*\n>\s*$/, place: /Where shall it live.*\n>[^]*password manager/, ca: /CA file.*\n>\s*$/,
  rootUrl: /3 URL.*\n>\s*$/, admin: /4 First admin.*\n> \(Y\/n\)\s*$/, gossip: /5 Gossip.*\n> \(Y\/n\)\s*$/, name: /6 Cluster name.*\n> \[grafana\]\s*$/, summary: /\[Enter\] write.*\n>\s*$/, push: /Push now\? \(y\/N\)\s*$/,
} as const;
const names = (): string => lab.hosts.map(({ name, alias }) => `${name}=${alias}`).join(' ');

async function run(...words: readonly string[]): Promise<{ exitCode: number | undefined; output: string }> {
  const { exitCode, all } = await execa(process.execPath, [program, ...words], { cwd: folder, env: { HOME: folder }, reject: false, all: true, stdin: 'ignore' });
  return { exitCode, output: all };
}

const startTimes = (): Promise<readonly string[]> => Promise.all(lab.hosts.map(async ({ exec }) => (await exec('systemctl show -p ExecMainStartTimestampMonotonic,ActiveState grafana-server')).stdout));

describe('the wizard on a real terminal, with three real hosts', () => {
  it('goes from the first question to a pushed cluster on PostgreSQL', async () => {
    const { host, port, tls } = lab.postgres!;
    await lab.postgres!.createDatabase('grafana', 'grafana', password);
    const on = init();
    await answer(on,
      [asks.nodes, `${names()}\r`], [asks.trust, 'y\r'], [asks.url, `postgres://grafana@${host}:${port}/grafana\r`], [asks.password, `${password}\r`], [asks.place, '\r'], [asks.ca, `${tls.caPath}\r`],
      [asks.rootUrl, 'https://grafana.example.com\r'], [asks.admin, '\r'], [asks.gossip, '\r'], [asks.name, '\r'], [asks.summary, '\r'], [asks.push, 'y\r']);
    expect(await on.ended).toBe(0);
    expect(on.raw()).not.toContain(password);
    expect(plain(on.text())).toBe(readFileSync(join(import.meta.dirname, 'wizard-screen.txt'), 'utf8').trimEnd());

    expect(statSync(join(folder, '.config/grafana-ha/grafana/admin_password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'rendered/lab-1/custom.ini')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'grafana-ha.ini'), 'utf8')).not.toContain(password);
    const started = await startTimes();
    expect(started.every((text) => text.includes('ActiveState=active'))).toBe(true);
    const again = await run('push', '--yes');
    expect(again).toEqual({ exitCode: 0, output: expect.stringContaining('Nothing to change') });
    expect(await startTimes()).toEqual(started);
  });

  it('helps through a missing database, a wrong password and second thoughts on MariaDB', async () => {
    const { port, tls } = lab.mariadb!;
    await lab.mariadb!.adminExec(`CREATE USER 'grafana'@'%' IDENTIFIED BY '${password}'`);
    const on = init('--db-ca', tls.caPath, ...lab.hostKeyFingerprints.flatMap((key) => ['--host-key', key]));
    const escape = '\u001b';
    await answer(on, [asks.nodes, `${names()}\r`], [asks.url, `mysql://grafana@db.lab:${port}/grafana\r`], [asks.password, 'wrong\r'], [asks.place, '\r']);
    await answer(on, [/Access denied for user 'grafana'[^]*Password.*\n>\s*$/, `${password}\r`]);
    await on.sees(/CREATE DATABASE IF NOT EXISTS `grafana` CHARACTER SET utf8mb4[^]*\[e\] edit the URL\n>\s*$/, 60_000);
    const sql = on.text().match(/^ *(CREATE DATABASE|GRANT) .*;$/gm)!.slice(-2);
    for (const line of sql) await lab.mariadb!.adminExec(line);
    on.type('\r');
    await answer(on, [asks.rootUrl, 'http://typo.example.com\r'], [asks.admin, escape], [/3 URL.*\n> http:\/\/typo.example.com\/\s*$/, '\u0015https://grafana.example.com\r'], [asks.admin, '\r']);
    await answer(on, [asks.gossip, '\r'], [asks.name, '\r'], [asks.summary, 'e\r'], [/Which answer\?.*\n>[^]*cluster name/, '\r'], [/6 Cluster name.*\n> grafana\s*$/, '\u0015prod\r'], [asks.summary, '\r'], [asks.push, 'y\r']);
    expect(await on.ended, on.text()).toBe(0);
    expect(on.text()).toContain('✔ lab-3  healthy');
    expect(readFileSync(join(folder, 'grafana-ha.ini'), 'utf8')).toMatch(/name = prod\nroot_url = https:\/\/grafana.example.com\//);
    expect(await run('push', '--yes')).toEqual({ exitCode: 0, output: expect.stringContaining('Nothing to change') });
  });

  it('leaves nothing half-written on Ctrl+C, and exits 130', async () => {
    const on = init(...lab.hostKeyFingerprints.flatMap((key) => ['--host-key', key]));
    await answer(on, [asks.nodes, `${names()}\r`], [asks.url, '\u0003']);
    expect(await on.ended).toBe(130);
    expect(on.text()).toMatch(/Cancelled$/);
    expect(existsSync(join(folder, 'grafana-ha.ini'))).toBe(false);
  });

  it('starts from the cluster file that is there: Enter keeps an answer, every answer can be edited, comments stay', async () => {
    const { host, port, tls } = lab.postgres!;
    await lab.postgres!.createDatabase('grafana', 'grafana', password);
    const file = join(folder, 'grafana-ha.ini');
    const text = [
      '; our cluster', '[cluster]', 'root_url = https://grafana.example.com/', '; as ssh knows them', '[nodes]', ...lab.hosts.map(({ name, alias }) => `${name} = ${alias}`), '[ssh]', `config = ${lab.sshConfig}`,
      '[database]', 'type=postgres', `host=${host}:${port}`, '; from the provider', `ca_cert = ${tls.caPath}`, 'password = env:DB_PASSWORD', '[push]', 'keep = 3', '[ignore]', 'url.resolves = no DNS in the lab', '',
    ].join('\n');
    writeFileSync(file, text);
    terminal = openTerminal([process.execPath, program, 'init', ...lab.hostKeyFingerprints.flatMap((key) => ['--host-key', key])], { cwd: folder, env: { HOME: folder, NO_COLOR: '1', DB_PASSWORD: password }, columns: 160 });
    const on = terminal;
    await answer(on, [/1 Nodes.*\n> lab-1=lab-1 lab-2=lab-2 lab-3=lab-3\s*$/, '\r'], [/2 Database URL.*\n> postgres:\S+\?sslmode=verify-full\s*$/, '\r'], [/3 URL.*\n> https:\/\/grafana.example.com\/\s*$/, '\r'], [asks.admin, '\r'], [asks.gossip, '\r'], [/6 Cluster name.*\n> grafana\s*$/, '\r']);
    await answer(on, [asks.summary, 'd\r'], [/every node\n[^]*\[server\] root_url[^]*\[Enter\] write.*\n>\s*$/, 'e\r'], [/Which answer\?.*\n>[^]*cluster name/, '\u001b[A'.repeat(4) + '\r'], [/3 URL.*\n> https:\/\/grafana.example.com\/\s*$/, '\u0015https://second.example.com\r'], [asks.summary, '\r'], [asks.push, '\r']);
    expect(await on.ended, on.text()).toBe(0);
    const added = readFileSync(file, 'utf8');
    expect(added).toContain('root_url = https://second.example.com/');
    expect(text.split('\n').filter((line) => !added.includes(line))).toEqual(['root_url = https://grafana.example.com/']);
    expect(added).not.toContain(password);
  });

  it('refuses to start from a cluster file that does not parse, and leaves it', async () => {
    const text = '[cluster]\nrooturl = x\n';
    writeFileSync(join(folder, 'grafana-ha.ini'), text);
    expect(await run('init')).toEqual({ exitCode: 2, output: expect.stringMatching(/grafana-ha.ini:2: .*rooturl[^]*root_url/) });
    expect(readFileSync(join(folder, 'grafana-ha.ini'), 'utf8')).toBe(text);
  });

  it('runs through on flags without a terminal, and then again on what the file says', async () => {
    const { host, port, tls } = lab.postgres!;
    await lab.postgres!.createDatabase('grafana', 'grafana', password);
    const flags = [...lab.hosts.map(({ name, alias }) => `--node=${name}=${alias}`), ...lab.hostKeyFingerprints.map((key) => `--host-key=${key}`), '--ssh-config', lab.sshConfig,
      '--dsn', `postgres://grafana@${host}:${port}/grafana`, '--db-password', 'env:DB_PASSWORD', '--db-ca', tls.caPath, '--root-url', 'https://grafana.example.com/', '--yes'];
    process.env['DB_PASSWORD'] = password;
    const first = await run('init', ...flags, '--push');
    expect(first).toEqual({ exitCode: 0, output: expect.stringContaining('✔ lab-3  healthy') });
    expect(first.output).not.toContain(password);
    const written = readFileSync(join(folder, 'grafana-ha.ini'), 'utf8');
    expect(await run('init', '--yes')).toEqual({ exitCode: 0, output: expect.stringMatching(/Nothing to change[^]*says so already/) });
    expect(readFileSync(join(folder, 'grafana-ha.ini'), 'utf8')).toBe(written);
    expect(await run('init', '--yes', '--root-url', 'https://second.example.com')).toEqual({ exitCode: 0, output: expect.stringMatching(/root_url: .* → https:\/\/second[^]*Nothing was pushed/) });
    expect(readFileSync(join(folder, 'grafana-ha.ini'), 'utf8')).toBe(written.replace('root_url = https://grafana.example.com/', 'root_url = https://second.example.com/'));
  });
});

/** What differs from run to run is named; the plan has its own tests. */
function plain(screen: string): string {
  return screen
    .replace(/\d+ settings a node/, 'N settings a node').replace(/\d+ warnings/, 'N warnings').replace(/\d+ passed/, 'N passed').replace(/ +$/gm, '')
    .replace(/\S+ ED25519 SHA256:\S+/g, 'HOST ED25519 FINGERPRINT').replace(/secret [0-9a-f]{6}/g, 'secret ABCDEF').replace(/\d+ ms/g, 'N ms').replace(/\d+ s\b/g, 'N s').replace(/PostgreSQL [\d.]+/, 'PostgreSQL VERSION')
    .replaceAll(lab.folder, 'LAB').replaceAll(lab.postgres!.host, 'DATABASE').replace(/10\.\d+\.\d+\.(\d)\b/g, 'ADDRESS-$1').replaceAll(lab.grafana.version, 'GRAFANA');
}
