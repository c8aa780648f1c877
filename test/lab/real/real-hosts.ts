import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { installPackage, resetScript } from '../grafana/installed.ts';
import { nodeInHosts } from '../grafana/program.ts';
import type { Program } from '../grafana/program.ts';
import type { LabHost, LabUser } from '../lab.ts';
import type { LabFolder } from '../lab-folder.ts';
import { allOf, answerOf, answers, run, until } from '../run.ts';
import type { StartedHosts } from '../started-hosts.ts';
import { makeSshFiles } from '../ssh-files.ts';
import { makeBaseImage } from './base-image.ts';
import { boot } from './boot.ts';
import type { Machine } from './boot.ts';
import { makeNetwork } from './network.ts';

/** Boots Debian hosts with Grafana installed and stopped, all at once; resolves when each answers ssh. */
export async function startRealHosts({ count, folder, program, note }: { count: number; folder: LabFolder; program: Program; note: (text: string) => void }): Promise<StartedHosts> {
  const base = await makeBaseImage(note);
  const disk = join(folder.path, 'disk');
  await mkdir(disk);
  folder.leave({ kind: 'mount', path: disk });
  await run(['mount', '-t', 'tmpfs', '-o', 'mode=755,size=75%', 'lab', disk]); // an overlay cannot lie on an overlay, and may be all there is
  const layer = join(disk, 'grafana');
  await installPackage(layer, base, program);

  const binds = { '/usr/share/grafana': program.home, ...(program.kind === 'stand-in' ? { [nodeInHosts]: process.execPath } : {}) };
  const network = await makeNetwork(folder);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const names = numbers.map((number) => `lab-${number}`);
  const ssh = await makeSshFiles(folder.path, numbers.map((number) => ({ alias: `lab-${number}`, address: network.addressOf(number), port: 22, user: 'root' })));
  const etcHosts = [...names.map((name, index) => `${network.addressOf(index + 1)} ${name}`), `${network.gateway} db.lab`].map((line) => `${line}\n`).join('');
  const hosts = await allOf(numbers.map(async (number) => {
    const address = network.addressOf(number);
    const machine = await boot({
      name: `lab-${number}`, folder: join(disk, `lab-${number}`), layers: [layer, base], hosts: etcHosts,
      networkNamespace: await network.join(number), authorizedKey: ssh.publicKey, binds,
    }, folder);
    await until(`ssh of lab-${number}`, () => answers(address, 22));
    return realHost(`lab-${number}`, address, machine, ssh.publicKey);
  }));
  return { hosts, sshConfig: ssh.config, knownHosts: ssh.knownHosts, databaseAddress: network.gateway, clients: `${network.gateway}/24` };
}

function realHost(name: string, address: string, machine: Machine, publicKey: string): LabHost {
  const exec: LabHost['exec'] = (script, input) =>
    answerOf(['nsenter', '--target', String(machine.leader), '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd', '--', '/bin/sh', '-c', script], {
      ...(input === undefined ? {} : { input }),
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8' },
    });
  const must = async (script: string, input?: string) => {
    const answer = await exec(script, input);
    if (answer.exitCode !== 0) throw new Error(`${name}: exit ${answer.exitCode}: ${answer.stderr}\n${script}`);
  };
  return {
    name, alias: name, address, httpPort: 3000, gossipPort: 9094, configPath: '/etc/grafana/grafana.ini',
    hostKeyFingerprint: machine.hostKeyFingerprint, clusterFileSettings: {}, exec,
    addUser: (user) => must(addUserScript(user, publicKey), `${user.name}:${user.password ?? '*'}\n`),
    reset: () => must(resetScript),
  };
}

// The password comes on stdin: `*` matches none.
function addUserScript({ name, sudo, password, shell }: LabUser, publicKey: string): string {
  const rule = { nopasswd: `${name} ALL=(ALL) NOPASSWD: ALL`, password: `${name} ALL=(ALL) ALL`, none: '' }[sudo];
  return `set -e
useradd --create-home --shell ${shell ?? '/bin/bash'} ${name}
${password === undefined ? 'chpasswd -e' : 'chpasswd -c SHA512'}
install -d -m 700 -o ${name} -g ${name} /home/${name}/.ssh
printf '%s' '${publicKey.trim()}' > /home/${name}/.ssh/authorized_keys
chown ${name}:${name} /home/${name}/.ssh/authorized_keys
${rule === '' ? '' : `(umask 337; echo '${rule}' > /etc/sudoers.d/${name})`}`;
}
