import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort, isFree } from '../database/server-user.ts';
import { withSettings } from '../grafana/default-settings.ts';
import type { Program } from '../grafana/program.ts';
import type { LabHost } from '../lab.ts';
import type { LabFolder } from '../lab-folder.ts';
import { programPath } from '../provide.ts';
import type { StartedHosts } from '../started-hosts.ts';
import { allOf, answerOf, answers, run, until } from '../run.ts';
import { makeSshFiles } from '../ssh-files.ts';

/** Starts an sshd a host on 127.0.X.N, as the user that runs this; each host has its own Grafana in its own folder and no systemd. */
export async function startLoopbackHosts({ count, folder, program }: { count: number; folder: LabFolder; program: Program }): Promise<StartedHosts> {
  const network = await freeNetwork();
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const user = userInfo().username;
  const sshPort = 2222;
  const ssh = await makeSshFiles(folder.path, numbers.map((number) => ({ alias: `lab-${number}`, address: `${network}.${number}`, port: sshPort, user })));
  const authorizedKeys = join(folder.path, 'authorized_keys');
  await writeFile(authorizedKeys, ssh.publicKey);
  const hosts = await allOf(numbers.map(async (number) => {
    const name = `lab-${number}`;
    const home = join(folder.path, name);
    const address = `${network}.${number}`;
    await mkdir(home);
    const hostKeyFingerprint = await startSshd({ home, address, port: sshPort, authorizedKeys, folder });
    await until(`sshd of ${name}, see ${join(home, 'sshd.log')}`, () => answers(address, sshPort));
    return loopbackHost({ name, home, address, program, folder, hostKeyFingerprint });
  }));
  return { hosts, sshConfig: ssh.config, knownHosts: ssh.knownHosts, databaseAddress: `${network}.254`, clients: '127.0.0.0/8' };
}

/** The first three numbers of a loopback network where no lab is; a port in it is held as long as this process lives. */
async function freeNetwork(): Promise<string> {
  for (let x = 1; x < 255; x += 1) {
    const network = `127.0.${x}`;
    const free = await Promise.all([2222, 3000, 9094].map((port) => isFree(`${network}.1`, port)));
    if (!free.includes(false) && (await hold(`${network}.253`))) return network;
  }
  throw new Error('no free network 127.0.X.0/24');
}

function hold(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    createServer().once('error', () => resolve(false)).listen(2222, address, () => resolve(true)).unref();
  });
}

async function startSshd({ home, address, port, authorizedKeys, folder }: { home: string; address: string; port: number; authorizedKeys: string; folder: LabFolder }): Promise<string> {
  const key = join(home, 'ssh_host_key');
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', key]);
  const config = join(home, 'sshd_config');
  await writeFile(config, `ListenAddress ${address}:${port}
HostKey ${key}
AuthorizedKeysFile ${authorizedKeys}
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
PidFile none
MaxStartups 100
SetEnv HOME=${home}
`); // what the person's own .bashrc does at each login is no part of a host
  if (process.getuid!() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 }); // sshd insists
  const sshd = await programPath('sshd');
  if (sshd === undefined) throw new Error('no sshd on this machine; as root: apt-get install openssh-server');
  const log = openSync(join(home, 'sshd.log'), 'w');
  const child = spawn(sshd, ['-D', '-e', '-f', config], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  await folder.leaveProcess(child.pid!, 'SIGTERM');
  return (await run(['ssh-keygen', '-l', '-f', `${key}.pub`])).split(' ')[1]!;
}

async function loopbackHost({ name, home, address, program, folder, hostKeyFingerprint }: { name: string; home: string; address: string; program: Program; folder: LabFolder; hostKeyFingerprint: string }): Promise<LabHost> {
  const [configPath, pidFile, control] = [join(home, 'etc/grafana/grafana.ini'), join(home, 'grafana.pid'), join(home, 'grafana-control')] as const;
  const [httpPort, gossipPort] = [await freePort(address, 3000), await freePort(address, 9094)];
  const settings = {
    'paths.data': join(home, 'lib'), 'paths.logs': join(home, 'log'), 'paths.plugins': join(home, 'lib/plugins'), 'paths.provisioning': join(home, 'etc/grafana/provisioning'),
    'server.http_addr': address, 'server.http_port': String(httpPort),
  };
  const exec: LabHost['exec'] = (script, input) => answerOf(['/bin/sh', '-c', script], { cwd: home, ...(input === undefined ? {} : { input }) });
  const reset = async () => {
    await run([control, 'stop']);
    for (const path of ['etc', 'lib', 'log', 'state']) await rm(join(home, path), { recursive: true, force: true });
    for (const path of ['etc/grafana/provisioning', 'lib', 'log']) await mkdir(join(home, path), { recursive: true });
    await writeFile(configPath, withSettings(program.sample, settings), { mode: 0o640 });
  };
  await writeFile(control, controlScript({ pidFile, program, log: join(home, 'log/grafana.log') }));
  await chmod(control, 0o755);
  folder.leave({ kind: 'pid-file', path: pidFile });
  await reset();
  const { username, gid } = userInfo();
  const group = (await run(['getent', 'group', String(gid)])).split(':')[0]!;
  return {
    name, alias: name, address, httpPort, gossipPort, configPath, hostKeyFingerprint, exec, reset,
    clusterFileSettings: {
      become: 'none', config_path: configPath, state_path: join(home, 'state'), secrets_path: join(home, 'etc/grafana/secrets'), owner: `${username}:${group}`,
      start: `${control} start --homepath=${program.home} --config=${configPath}`, stop: `${control} stop`, status: `${control} status`,
    },
    addUser: ({ name: other }) => Promise.reject(new Error(`${name} has no user ${other}: loopback hosts have the user that runs them`)),
  };
}

function controlScript({ pidFile, program, log }: { pidFile: string; program: Program; log: string }): string {
  // The real Grafana writes its log file by itself, except for its last words.
  const output = program.kind === 'real' ? `>/dev/null 2>>${log}` : `>>${log} 2>&1`;
  return `#!/bin/sh
# Starts and stops Grafana on a host without systemd.
up() { [ -s ${pidFile} ] && grep -qs '^State:.[^Z]' "/proc/$(cat ${pidFile})/status"; }
case $1 in
start)
  shift
  up && exit 0
  cd ${program.home} || exit 1
  setsid ${program.home}/bin/grafana server "$@" --packaging=unknown </dev/null ${output} &
  echo $! > ${pidFile} ;;
stop)
  up || exit 0
  kill "$(cat ${pidFile})"
  n=0
  while up && [ $n -lt 200 ]; do n=$((n + 1)); sleep 0.1; done
  ! up ;;
status) up || exit 3 ;;
*) echo "usage: $0 start|stop|status" >&2; exit 2 ;;
esac
`;
}
