import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTerminal } from '../io/terminal.ts';
import { startLab, type Lab } from '../lab/lab.ts';
import { answerOf, type Answer } from '../lab/run.ts';
import { watchProcesses } from './process-watch.ts';
import { ask, packageRoot } from './push-lab.ts';
import { everySpelling, secretsIn } from './spelled.ts';

const databasePassword = `Arg#w;"ö'\\1=v`;
const sudoPassword = 'Sud#w;"ö\'\\2';
const program = [process.execPath, join(packageRoot, 'bin/grafana-ha.js')] as const;
const shells = { asks: ['/bin/bash', '/usr/bin/fish', '/usr/bin/tcsh'], ops: ['/bin/rbash', '/bin/dash', '/bin/bash'] };
const noise = 'echo noise; echo "more noise"';
let lab: Lab;
let folder: string;
/** Those that are typed, and those that are made on the way. */
let secrets: readonly string[] = [databasePassword, sudoPassword];

beforeAll(async () => {
  lab = await startLab({ strength: 'real', hosts: 3, users: [{ name: 'asks', sudo: 'password', password: sudoPassword }, { name: 'ops', sudo: 'nopasswd' }] });
  await lab.postgres!.createDatabase('grafana', 'grafana', databasePassword);
  folder = mkdtempSync(join(tmpdir(), 'grafana-ha-secrets-'));
  await Promise.all(lab.hosts.map((host, index) => ask(host, `usermod --shell ${shells.asks[index]} asks
usermod --shell ${shells.ops[index]} ops
printf 'Match User ops\n  AllowTcpForwarding no\n' >> /etc/ssh/sshd_config
systemctl reload ssh
for user in asks ops; do
  mkdir -p /home/$user/.config/fish
  for file in .bashrc .profile .tcshrc .config/fish/config.fish; do echo '${noise}' > /home/$user/$file; done
  chown -R $user: /home/$user
done`)));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await lab.stop();
});

const run = (...words: readonly string[]): Promise<Answer> => answerOf([...program, ...words], { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder } });

/** Every file below the folder that holds a secret, however it is spelled. */
function filesWithSecrets(below: string): readonly string[] {
  return readdirSync(below, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(below, name)).isFile() && secretsIn(readFileSync(join(below, name), 'utf8'), secrets).length > 0);
}

/** The files and journal entries of the hosts that hold a secret, one list a host. */
function hostsWithSecrets(): Promise<readonly string[]> {
  const patterns = secrets.flatMap(everySpelling).join('\n');
  return Promise.all(lab.hosts.map(async ({ exec }) => (await exec(`umask 077; mkdir /dev/shm/look; cat > /dev/shm/look/patterns
grep -rlaF -f /dev/shm/look/patterns /etc /var /home /root /tmp /run /srv 2>/dev/null | sort
journalctl --no-pager --output verbose | grep -aF -f /dev/shm/look/patterns
rm -r /dev/shm/look`, patterns)).stdout));
}

const onNodes = Array(3).fill(['admin_password', 'database_password', 'secret_key', 'secrets_manager_key'].map((name) => `/etc/grafana/secrets/${name}
`).join('')) as string[];


describe('a secret', () => {
  it('that is typed, and sudo\'s, are seen nowhere on the way from init to pushed nodes, whatever shell logs in', async () => {
    const { host, port, tls } = lab.postgres!;
    const watch = await watchProcesses();
    const terminal = openTerminal([...program, 'init', '--yes', '--push', '--ask-sudo-password', '--ssh-config', lab.sshConfig, ...lab.hosts.map(({ name, alias }) => `--node=${name}=asks@${alias}`), ...lab.hostKeyFingerprints.map((key) => `--host-key=${key}`),
      '--dsn', `postgres://grafana@${host}:${port}/grafana`, '--db-ca', tls.caPath, '--root-url', 'https://grafana.example.com/', '--name', 'lab'], { cwd: folder, env: { HOME: folder }, columns: 200 });
    await terminal.sees(/sudo password for asks on 3 nodes/, 60_000);
    terminal.type(`${sudoPassword}\r`);
    await terminal.sees(/ Password.*\n>\s*$/, 60_000);
    terminal.type(`${databasePassword}\r`);
    expect(await terminal.ended, terminal.text()).toBe(0);
    const { looks, seen } = await watch.end();

    const adminPassword = readFileSync(join(folder, '.config/grafana-ha/lab/admin_password'), 'utf8').trim();
    secrets = [...secrets, adminPassword, ...(await ask(lab.hosts[0]!, 'for file in /etc/grafana/secrets/secret*; do cat $file; echo; done')).split('\n').filter((line) => line !== '')];
    expect(terminal.text()).toContain('✔ lab-3  healthy');
    expect(secretsIn(terminal.raw(), secrets)).toEqual([]);
    expect(looks).toBeGreaterThan(50);
    expect(seen).toContain('ControlPersist=no'); // our ssh, here
    expect(seen).toMatch(/sudo\0-S/); // and what it started on the hosts
    expect(secretsIn(seen, secrets)).toEqual([]);
  });

  it('lies in its own file on the nodes, for root and Grafana alone, and in no log or journal there', async () => {
    expect(await hostsWithSecrets()).toEqual(onNodes);
    for (const host of lab.hosts) {
      expect(await ask(host, "stat -c '%U:%G %a' /etc/grafana/secrets /etc/grafana/secrets/*")).toBe(['root:grafana 750', ...Array(4).fill('root:grafana 640')].join('\n'));
      expect(await ask(host, "sed -n '/^\\[database\\]/,/^\\[/s/^password = //p' /etc/grafana/grafana.ini")).toBe('$__file{/etc/grafana/secrets/database_password}');
    }
  });

  it('lies here in the file that was kept for the person, and in no cluster file, plan or rendered config', () => {
    expect(filesWithSecrets(folder)).toEqual(['.config/grafana-ha/lab/admin_password']);
    expect(statSync(join(folder, '.config/grafana-ha/lab/admin_password')).mode & 0o777).toBe(0o600);
    expect(secretsIn(readFileSync(join(lab.folder, 'postgres/log'), 'utf8'), secrets)).toEqual([]);
  });

  it('that the nodes keep is read back and rolled without being seen, without a terminal, through NOPASSWD, rbash, dash and an sshd that forwards nothing', async () => {
    const file = join(folder, 'grafana-ha.ini');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('asks@', 'ops@').replace('https://grafana.example.com/', 'https://new.example.com/'));
    const watch = await watchProcesses();
    const answers = [await run('validate', '--json'), await run('validate'), await run('push', '--dry-run', '--json'), await run('push', '--yes'), await run('push', '--yes'), await run('render', '--output', 'again')];
    const { seen } = await watch.end();
    expect(answers.map(({ exitCode }) => exitCode), answers.map(({ stdout, stderr }) => stdout + stderr).join('\n')).toEqual([0, 0, 0, 0, 0, 0]);
    expect(answers[3]!.stdout).toMatch(/Roll {2}3 restarts/);
    expect(answers[4]!.stdout).toContain('Nothing to change');
    expect(secretsIn(JSON.stringify(answers.map(({ stdout, stderr }) => [stdout, stderr])) + answers.map(({ stdout, stderr }) => stdout + stderr).join('\n'), secrets)).toEqual([]);
    expect(secretsIn(seen, secrets)).toEqual([]);
    expect(filesWithSecrets(folder)).toEqual(['.config/grafana-ha/lab/admin_password']);
    expect(await hostsWithSecrets()).toEqual(onNodes);
  });

  it('of sudo that is wrong is tried on one node, once, and ends with the next thing to type', async () => {
    const file = join(folder, 'grafana-ha.ini');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('ops@', 'asks@'));
    const terminal = openTerminal([...program, 'validate', '--ask-sudo-password', '--only', 'node.root'], { cwd: folder, env: { HOME: folder }, columns: 200 });
    await terminal.sees(/sudo password for asks on 3 nodes/, 60_000);
    terminal.type('wr0ng#"guess\r');
    await terminal.sees(/exit 3/, 30_000);
    expect(await terminal.ended).toBe(3);
    expect(terminal.text()).toMatch(/found +sudo did not accept the password of asks; it was tried once/);
    expect(terminal.text()).toMatch(/found +not tried: lab-\d did not accept this password/);
    expect(terminal.raw()).not.toContain('wr0ng');
    const tried = await Promise.all(lab.hosts.map((host) => ask(host, "journalctl --no-pager | grep -c 'pam_unix(sudo:auth): authentication failure' || :")));
    expect(tried.map(Number).reduce((sum, count) => sum + count, 0)).toBe(1);
  });
});
