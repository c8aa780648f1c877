import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { access, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabFolder } from '../lab-folder.ts';
import { run, until } from '../run.ts';

/** What a machine is made of, before it boots. */
export interface MachinePlan {
  readonly name: string;
  /** Folder for what it writes. */
  readonly folder: string;
  /** Read-only file systems below it, the upper one first. */
  readonly layers: readonly string[];
  readonly networkNamespace: string;
  readonly hosts: string;
  readonly authorizedKey: string;
  /** Files and folders of this machine that it sees read-only, by path in it. */
  readonly binds: Readonly<Record<string, string>>;
}

export interface Machine {
  /** Process id, here, of its init. */
  readonly leader: number;
  /** Its file system, seen from here. */
  readonly root: string;
  /** `SHA256:…` of its ssh host key. */
  readonly hostKeyFingerprint: string;
}

/** Boots a Debian with its own systemd; resolves when its init runs, before ssh answers. */
export async function boot(plan: MachinePlan, labFolder: LabFolder): Promise<Machine> {
  const root = join(plan.folder, 'root');
  for (const name of ['up', 'work', 'root']) await mkdir(join(plan.folder, name), { recursive: true });
  labFolder.leave({ kind: 'mount', path: root });
  const options = `lowerdir=${plan.layers.join(':')},upperdir=${join(plan.folder, 'up')},workdir=${join(plan.folder, 'work')}`;
  await run(['mount', '-t', 'overlay', 'overlay', '-o', options, root]);
  const hostKeyFingerprint = await personalise(root, plan);

  const log = openSync(join(plan.folder, 'boot.log'), 'w');
  const binds = Object.entries(plan.binds).map(([inside, here]) => `--bind-ro=${here}:${inside}`);
  // Without --register=no --keep-unit it wants a systemd as init of this machine.
  const child = spawn('sh', ['-c', inControlGroups, 'systemd-nspawn', ...(await makeControlGroups(plan.networkNamespace, labFolder)), '--',
    '--quiet', '--boot', '--register=no', '--keep-unit', '--resolv-conf=off', '--timezone=off', '--link-journal=no', '--console=pipe',
    `--machine=${plan.name}`, `--directory=${root}`, `--network-namespace-path=/run/netns/${plan.networkNamespace}`, ...binds,
  ], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  await labFolder.leaveProcess(child.pid!, 'SIGTERM');
  const leader = await leaderOf(child.pid!, plan);
  await labFolder.leaveProcess(leader, 'SIGKILL'); // faster than an orderly shutdown; nspawn then tidies up after it
  return { leader, root, hostKeyFingerprint };
}

// Its own control groups first: with --keep-unit all machines started from one shell would share one, and kill each other's units.
const inControlGroups = `while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec systemd-nspawn "$@"`;

/** Makes a control group in each hierarchy that a systemd tracks its units by, below that of this process. */
async function makeControlGroups(name: string, labFolder: LabFolder): Promise<readonly string[]> {
  const pureV2 = await access('/sys/fs/cgroup/cgroup.controllers').then(() => true, () => false);
  const mounts: Readonly<Record<string, string>> = { '0:': pureV2 ? '' : 'unified', 'name=systemd': 'systemd' };
  const paths: string[] = [];
  for (const line of (await readFile('/proc/self/cgroup', 'utf8')).trim().split('\n')) {
    const [id, controller, own] = line.split(':') as [string, string, string];
    const mount = mounts[controller === '' ? `${id}:` : controller];
    if (mount === undefined) continue;
    const path = join('/sys/fs/cgroup', mount, own, name);
    labFolder.leave({ kind: 'cgroup', path });
    await mkdir(path);
    paths.push(path);
  }
  return paths;
}

async function personalise(root: string, plan: MachinePlan): Promise<string> {
  await writeFile(join(root, 'etc/hostname'), `${plan.name}\n`);
  await writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost\n::1 localhost\n${plan.hosts}`);
  await writeFile(join(root, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`);
  await mkdir(join(root, 'root/.ssh'), { recursive: true, mode: 0o700 });
  await writeFile(join(root, 'root/.ssh/authorized_keys'), plan.authorizedKey, { mode: 0o600 });
  await chmod(join(root, 'root'), 0o700);
  const key = join(root, 'etc/ssh/ssh_host_ed25519_key');
  await rm(key, { force: true });
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', plan.name, '-f', key]);
  return (await run(['ssh-keygen', '-l', '-f', `${key}.pub`])).split(' ')[1]!;
}

async function leaderOf(nspawn: number, plan: MachinePlan): Promise<number> {
  let leader: number | undefined;
  await until(`${plan.name} to boot, see ${join(plan.folder, 'boot.log')}`, async () => {
    for (const pid of (await readFile(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').catch(() => '')).split(' ').filter((text) => text !== '')) {
      // systemd says its name once it runs in its own namespaces
      if ((await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() === 'systemd') leader = Number(pid);
    }
    return leader !== undefined;
  });
  return leader!;
}
