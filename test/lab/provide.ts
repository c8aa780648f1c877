import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
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
const sshNeeds: readonly Need[] = [
  { program: 'ssh', package: 'openssh-client' },
  { program: 'sshd', package: 'openssh-server' },
  { program: 'openssl', package: 'openssl' },
  { program: 'python3', package: 'python3' },
];
const mariadbNeeds: readonly Need[] = [{ program: 'mariadbd', package: 'mariadb-server' }];

/** Installs with apt-get what the lab lacks (as root on Debian or Ubuntu), then says what it can do here and what not, and why. */
export async function provide(): Promise<Provided> {
  const lacking = await lackingOf([...sshNeeds, ...realHostNeeds, ...mariadbNeeds]);
  const installError = lacking.length === 0 ? undefined : await install(lacking.map((need) => need.package));
  const because = async (needs: readonly Need[]) => {
    const programs = (await lackingOf(needs)).map((need) => need.program);
    return programs.length === 0 ? undefined : `${programs.join(', ')} not found; ${installError}`;
  };
  const subjects = [
    { what: 'loopback hosts', why: await because(sshNeeds) },
    { what: 'real hosts', why: process.getuid!() === 0 ? ((await because(realHostNeeds)) ?? (await noNamespaces())) : 'needs root' },
    { what: 'MariaDB', why: await because(mariadbNeeds) },
  ];
  return {
    provided: subjects.filter(({ why }) => why === undefined).map(({ what }) => what),
    missing: subjects.flatMap(({ what, why }) => (why === undefined ? [] : [{ what, why }])),
  };
}

/** Whether this machine, as it is, can boot Debian hosts. */
export async function canHaveRealHosts(): Promise<boolean> {
  return process.getuid!() === 0 && (await lackingOf([...sshNeeds, ...realHostNeeds])).length === 0 && (await noNamespaces()) === undefined;
}

async function noNamespaces(): Promise<string | undefined> {
  const { exitCode, stderr } = await answerOf(['unshare', '--mount', '--net', '--pid', '--uts', '--ipc', '--fork', 'mount', '-t', 'tmpfs', 'lab', '/mnt']);
  return exitCode === 0 ? undefined : `namespaces are not allowed here (${stderr.trim()})`;
}

/** Installs packages; gives the reason why not, as a clause. */
async function install(packages: readonly string[]): Promise<string> {
  const command = `apt-get install ${packages.join(' ')}`;
  if (process.getuid!() !== 0) return `as root: ${command}`;
  if ((await lackingOf([{ program: 'apt-get', package: '' }])).length > 0) return 'no apt-get here to install it';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }; // RUNLEVEL: installed services are not started
  await answerOf(['apt-get', 'update', '-q'], { env });
  const { exitCode, stderr } = await answerOf(['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages], { env });
  return exitCode === 0 ? `${command} did not bring it` : `${command} failed: ${stderr.trim().split('\n').at(-1)}`;
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
