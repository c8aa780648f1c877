import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { makeBaseImage } from './real/base-image.ts';
import { answerOf } from './run.ts';

/** What the lab can do here. */
export interface Provided {
  /** In words for people, such as `real hosts`. */
  readonly provided: readonly string[];
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

interface Need {
  readonly program: string;
  readonly package: string;
}

const realHostNeeds: readonly Need[] = [
  { program: 'systemd-nspawn', package: 'systemd-container' },
  { program: 'debootstrap', package: 'debootstrap' },
  { program: 'ip', package: 'iproute2' },
  { program: 'nsenter', package: 'util-linux' },
];
const loopbackNeeds: readonly Need[] = [
  { program: 'ssh', package: 'openssh-client' },
  { program: 'sshd', package: 'openssh-server' },
  { program: 'openssl', package: 'openssl' },
  { program: 'python3', package: 'python3' },
];
// The core packages bring no service that would be started.
const mariadbNeeds: readonly Need[] = [
  { program: 'mariadbd', package: 'mariadb-server-core' },
  { program: 'my_print_defaults', package: 'mariadb-client-core' },
];

/** What stands around Grafana: installed where it can be, and named by the test that lacks it. Their packages bring services that are not started. */
const aroundNeeds: readonly Need[] = [
  { program: 'redis-server', package: 'redis-server' },
  { program: 'haproxy', package: 'haproxy' },
  { program: 'nginx', package: 'nginx-light' },
  { program: 'pgbouncer', package: 'pgbouncer' },
];

/** A real mesh: the Alertmanager that Grafana's comes from, run by the hosts. */
const meshNeeds: readonly Need[] = [
  { program: 'prometheus-alertmanager', package: 'prometheus-alertmanager' },
  { program: 'nft', package: 'nftables' },
];

/** The other way to root. */
const doasNeeds: readonly Need[] = [{ program: 'doas', package: 'opendoas' }];

/** A test of scripts runs them by this one, too, where it is. */
const shellNeeds: readonly Need[] = [{ program: 'busybox', package: 'busybox' }];

/** Installs with apt-get what the lab lacks (as root on Debian or Ubuntu), makes the base image, then says what it can do here and what not, and why. */
export async function provide(note: (text: string) => void = () => {}): Promise<Provided> {
  await install([...loopbackNeeds, ...realHostNeeds, ...mariadbNeeds, ...aroundNeeds, ...doasNeeds, ...shellNeeds, ...meshNeeds], note);
  const subjects = [
    { what: 'ssh to this machine', why: await whyNoLoopbackHosts() },
    { what: 'real hosts', why: await whyNoRealHosts(note) },
    { what: 'MariaDB', why: await missingPrograms(mariadbNeeds) },
    { what: 'Redis, PgBouncer, HAProxy and nginx', why: await missingPrograms(aroundNeeds) },
    { what: 'doas', why: await missingPrograms(doasNeeds) },
    { what: 'a real mesh', why: await missingPrograms(meshNeeds) },
  ];
  return {
    provided: subjects.filter(({ why }) => why === undefined).map(({ what }) => what),
    missing: subjects.flatMap(({ what, why }) => (why === undefined ? [] : [{ what, why }])),
  };
}

/** Why this machine, as it is, cannot have hosts on loopback; undefined: it can. */
export function whyNoLoopbackHosts(): Promise<string | undefined> {
  return missingPrograms(loopbackNeeds);
}

/** Why this machine cannot boot Debian hosts, after installing what that needs; undefined: it can, and the base image is there. */
export async function whyNoRealHosts(note: (text: string) => void = () => {}): Promise<string | undefined> {
  if (process.getuid!() !== 0) return 'needs root';
  await install([...loopbackNeeds, ...realHostNeeds], note);
  return (await missingPrograms([...loopbackNeeds, ...realHostNeeds])) ?? (await noNamespaces())
    ?? makeBaseImage(note).then(() => undefined, (error: Error) => `no base image: ${error.message.split('\n').at(-1)}`);
}

async function noNamespaces(): Promise<string | undefined> {
  const attempt = 'mount -t tmpfs lab /mnt && ip link add lab type bridge && { [ -w /sys/fs/cgroup/cgroup.procs ] || [ -w /sys/fs/cgroup/systemd/cgroup.procs ]; }';
  const { exitCode, stderr } = await answerOf(['unshare', '--mount', '--net', '--pid', '--uts', '--ipc', '--fork', 'sh', '-c', attempt]);
  return exitCode === 0 ? undefined : `namespaces and control groups are not open to this root (${stderr.trim()})`;
}

async function missingPrograms(needs: readonly Need[]): Promise<string | undefined> {
  const lacking = await lackingOf(needs);
  if (lacking.length === 0) return undefined;
  return `${lacking.map((need) => need.program).join(', ')} not found; as root: apt-get install ${lacking.map((need) => need.package).join(' ')}`;
}

async function install(needs: readonly Need[], note: (text: string) => void): Promise<void> {
  const packages = (await lackingOf(needs)).map((need) => need.package);
  if (packages.length === 0 || process.getuid!() !== 0 || (await programPath('apt-get')) === undefined) return;
  note(`installing ${packages.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }; // RUNLEVEL: a container's invoke-rc.d then starts no service
  await answerOf(['apt-get', 'update', '-q'], { env });
  // One by one: a name that this release does not know spoils the whole command.
  for (const name of packages) await answerOf(['apt-get', 'install', '-y', '-q', '--no-install-recommends', name], { env });
}

async function lackingOf(needs: readonly Need[]): Promise<readonly Need[]> {
  const found = await Promise.all(needs.map(({ program }) => programPath(program)));
  return needs.filter((_, index) => found[index] === undefined);
}

/** Where a program is, in PATH or the folders of root's; undefined: nowhere. */
export async function programPath(program: string): Promise<string | undefined> {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']) {
    const path = join(folder, program);
    if (await access(path).then(() => true, () => false)) return path;
  }
  return undefined;
}
