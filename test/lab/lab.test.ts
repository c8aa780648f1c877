import { existsSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab } from './lab.ts';
import type { Lab, LabDatabase, LabHost } from './lab.ts';
import { provide } from './provide.ts';
import { answerOf, until } from './run.ts';

const { provided } = await provide();
const databases = provided.includes('MariaDB') ? (['postgres', 'mariadb'] as const) : (['postgres'] as const);

function grafanaIni({ type, host, port }: LabDatabase, caPath: string, more = ''): string {
  return `[database]\ntype = ${type}\nhost = ${host}:${port}\nname = grafana\nuser = grafana\npassword = """a;b#c"""
ssl_mode = ${type === 'mysql' ? 'true\nserver_cert_name = db.lab' : 'verify-full'}\nca_cert_path = ${caPath}
[security]\nsecret_key = shared\nadmin_password = first-admin\n${more}`;
}

const health = ({ address, httpPort }: LabHost) => fetch(`http://${address}:${httpPort}/api/health`).then(({ ok }) => ok, () => false);

describe.runIf(provided.includes('real hosts'))('real hosts', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ strength: 'real', hosts: 2, databases, grafana: 'stand-in', users: [{ name: 'deploy', sudo: 'nopasswd' }, { name: 'fisher', sudo: 'password', password: 'pw', shell: '/usr/bin/fish' }] });
    for (const host of lab.hosts) await host.exec('cat > /etc/ssl/lab.pem', lab.postgres!.tls.ca);
  });
  afterAll(async () => {
    await lab.stop();
    expect(existsSync(lab.folder)).toBe(false);
  });

  it('refuses ssh until its host key is known, then lets root and users in', async () => {
    const ssh = (...words: readonly string[]) => answerOf(['ssh', '-F', lab.sshConfig, '-o', 'BatchMode=yes', ...words]);
    expect((await ssh('lab-1', 'true')).stderr).toContain('Host key verification failed');
    const accept = ['-o', 'StrictHostKeyChecking=accept-new'];
    expect((await ssh(...accept, 'lab-1', 'id -u')).stdout).toBe('0\n');
    expect((await ssh(...accept, 'deploy@lab-1', 'sudo -n id -u')).stdout).toBe('0\n');
    expect((await ssh(...accept, 'fisher@lab-2', 'echo $version; sudo -n id -u')).stderr).toContain('password is required');
  });

  it.each(databases)('has a stand-in that serves from %s, shares sessions, and is undone by reset', async (name) => {
    const database = name === 'postgres' ? lab.postgres! : lab.mariadb!;
    await database.createDatabase('grafana', 'grafana', 'a;b#c');
    for (const host of lab.hosts) {
      await host.exec('cat >> /etc/grafana/grafana.ini && systemctl start grafana-server', grafanaIni(database, '/etc/ssl/lab.pem'));
      await until('health', () => health(host));
    }
    const login = await fetch(`http://${lab.hosts[0]!.address}:3000/login`, { method: 'POST', body: JSON.stringify({ user: 'admin', password: 'first-admin' }) });
    const other = await fetch(`http://${lab.hosts[1]!.address}:3000/api/user`, { headers: { cookie: login.headers.getSetCookie()[0]! } });
    expect(await other.json()).toMatchObject({ login: 'admin', isGrafanaAdmin: true });
    for (const host of lab.hosts) await host.reset();
    expect(await health(lab.hosts[0]!)).toBe(false);
    expect((await lab.hosts[0]!.exec('grep -c first-admin /etc/grafana/grafana.ini')).stdout).toBe('0\n');
  });

  it.each([
    ['a broken line', 'novalue\n', 'key-value delimiter not found: novalue'],
    ['an unknown database', '[database]\ntype = postgresql\n', 'Error: ✗ failed to connect to database: unknown database type: postgresql'],
    ['a missing secret file', '[database]\npassword = $__file{/nonexistent}\n', "Error: ✗ got error while expanding database.password with expander 'file': stat /nonexistent: no such file or directory"],
    ['a peer without port', '[unified_alerting]\nha_peers = 10.0.0.1\n', 'Error: ✗ unable to initialize gossip mesh: resolve peers: split host/port for peer 10.0.0.1: address 10.0.0.1: missing port in address'],
  ])("dies of %s in Grafana's words", async (_, ini, words) => {
    const [host] = lab.hosts;
    await host!.reset();
    await host!.exec('cat >> /etc/grafana/grafana.ini && systemctl start grafana-server', ini);
    await until('the words', async () => (await host!.exec('journalctl -o cat -u grafana-server')).stdout.includes(words), 10);
    await host!.reset();
  });

  it('lets one of two starts at the same moment die of the migration lock', async () => {
    await lab.postgres!.dropDatabase('grafana', 'grafana');
    await lab.postgres!.createDatabase('grafana', 'grafana', 'a;b#c');
    for (const host of lab.hosts) await host.exec('cat >> /etc/grafana/grafana.ini', grafanaIni(lab.postgres!, '/etc/ssl/lab.pem'));
    await Promise.all(lab.hosts.map((host) => host.exec('systemctl start grafana-server')));
    const journals = () => Promise.all(lab.hosts.map(async (host) => (await host.exec('journalctl -o cat -u grafana-server')).stdout));
    await until('one to die', async () => (await journals()).join().includes('Error: ✗ failed to obtain lock'), 10);
  });
});

describe.runIf(provided.includes('ssh to this machine'))('loopback hosts', () => {
  it('are reached by ssh and start, stop and reset Grafana without systemd', async () => {
    await using lab = await startLab({ strength: 'loopback', hosts: 2, grafana: 'stand-in' });
    const [host] = lab.hosts;
    const { start, stop, status, config_path: configPath } = host!.clusterFileSettings;
    const ssh = (line: string) => answerOf(['ssh', '-F', lab.sshConfig, '-o', 'StrictHostKeyChecking=accept-new', host!.alias, line]);
    await lab.postgres!.createDatabase('grafana', 'grafana', 'a;b#c');
    await host!.exec(`cat >> ${configPath}`, grafanaIni(lab.postgres!, lab.postgres!.tls.caPath));
    expect((await ssh(status!)).exitCode).toBe(3);
    expect((await ssh(start!)).exitCode).toBe(0);
    await until('health', () => health(lab.hosts[0]!));
    expect((await ssh(`${status}; ${stop}; ${status}`)).exitCode).toBe(3);
  });

  it('are removed by the next lab when theirs is killed', async () => {
    const up = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('up.ts', import.meta.url)), '--loopback', '--hosts', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    up.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('the lab', async () => said.includes('Ctrl+C'));
    const folder = /(\S+)\/ssh_config/.exec(said)![1]!;
    up.kill('SIGKILL');
    await new Promise((resolve) => up.once('exit', resolve));
    expect(existsSync(folder)).toBe(true);
    await using _lab = await startLab({ strength: 'loopback', hosts: 1, databases: [], grafana: 'stand-in' });
    expect(existsSync(folder)).toBe(false);
  });
});
