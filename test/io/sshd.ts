import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';

/** A real sshd on a free port of 127.0.0.1, with a host key of its own. */
export interface Sshd {
  readonly port: number;
  /** `SHA256:…`. */
  readonly fingerprint: string;
  /** Such as `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** Connections that this sshd has open. */
  sessions(): number;
  stop(): Promise<void>;
}

/** A folder for one test file, readable for all users that log in. */
export function makeTestFolder(): string {
  const folder = mkdtempSync('/tmp/ssh-test-');
  execFileSync('chmod', ['755', folder]);
  return folder;
}

/** Starts an sshd that lets the key of `publicKey` in; `lines` come first in its config, where the first value of an option counts. */
export async function startSshd(folder: string, publicKey: string, lines: readonly string[] = []): Promise<Sshd> {
  mkdirSync('/run/sshd', { recursive: true });
  const port = await freePort();
  const file = (name: string) => join(folder, `${port}-${name}`);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('host_key')]);
  writeFileSync(file('authorized_keys'), publicKey, { mode: 0o644 });
  writeFileSync(file('config'), [
    ...lines, `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${file('host_key')}`, `AuthorizedKeysFile ${file('authorized_keys')}`,
    'StrictModes no', 'UsePAM no', 'PidFile none', 'PermitRootLogin yes', 'PasswordAuthentication no', 'AcceptEnv LANG', 'MaxStartups 50', '',
  ].join('\n'));
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file('config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    sshd.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('Server listening')) resolve();
    });
    sshd.once('exit', () => reject(new Error(log)));
  });
  const hostKey = readFileSync(file('host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  const fingerprint = execFileSync('ssh-keygen', ['-l', '-f', file('host_key.pub')], { encoding: 'utf8' }).split(' ')[1] ?? '';
  return {
    port, hostKey, fingerprint,
    sessions: () => readFileSync(`/proc/${sshd.pid}/task/${sshd.pid}/children`, 'utf8').split(' ').filter(Boolean).length,
    async stop() {
      sshd.kill();
      if (sshd.exitCode === null && sshd.signalCode === null) await once(sshd, 'exit');
    },
  };
}

/** What a person has in their ~/.ssh: a key and a config that trusts nobody yet. */
export function makePerson(folder: string, passphrase = '') {
  const home = mkdtempSync(join(folder, 'person-'));
  const key = join(home, 'key');
  const knownHosts = join(home, 'known_hosts');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', key]);
  writeFileSync(knownHosts, '');
  return {
    key, knownHosts,
    publicKey: readFileSync(`${key}.pub`, 'utf8'),
    trusts(...sshds: readonly Sshd[]): void {
      writeFileSync(knownHosts, sshds.map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}\n`).join(''));
    },
    /** Writes an ssh_config; `lines` come before what holds for all hosts. */
    config(name: string, lines: readonly string[] = []): string {
      const path = join(home, name);
      writeFileSync(path, [...lines, 'Host *', `IdentityFile ${key}`, 'IdentitiesOnly yes', 'IdentityAgent none', `UserKnownHostsFile ${knownHosts}`, 'GlobalKnownHostsFile /dev/null', ''].join('\n'));
      return path;
    },
  };
}

/** Users of this machine, with the password `password`; `remove` takes them and their sudoers file away. */
export function makeUsers(users: readonly { readonly name: string; readonly shell?: string; readonly sudoers?: string }[]): { remove(): void } {
  const sudoers = (name: string) => `/etc/sudoers.d/${name}`;
  const remove = () => {
    for (const { name } of users) {
      rmSync(sudoers(name), { force: true });
      spawnSync('userdel', ['-r', '-f', name]);
    }
  };
  remove(); // what a run that was killed has left
  for (const { name, shell = '/bin/sh', sudoers: rules } of users) {
    execFileSync('useradd', ['-m', '-s', shell, name]);
    execFileSync('chpasswd', { input: `${name}:password\n` });
    if (rules !== undefined) writeFileSync(sudoers(name), `${rules}\n`, { mode: 0o440 });
  }
  return { remove };
}

// Not that of the database servers: their package listens for signals, and tests here look at who does.
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  return port;
}
