import type { ConnectFailure } from '../world.ts';
import { quote } from './quote.ts';

/** What is known when ssh ended before the shell was there. */
export interface SshEnd {
  /** What the person types after `ssh`, as sshByHand gives it. */
  readonly target: string;
  readonly exitCode: number | undefined;
  readonly stderr: string;
  /** What the node said instead of our shell. */
  readonly stdout: string;
}

type Kind = ConnectFailure['kind'];
type Row = readonly [pattern: RegExp, kind: Kind, found: (match: readonly string[]) => string, hint: (match: readonly string[], end: SshEnd) => string];

const tryByHand = (_: unknown, { target }: SshEnd) => `ssh ${target}`;
const isSshdUp = () => 'on the host: sudo systemctl status ssh';
const algorithmOption: Readonly<Record<string, string>> = {
  'host key type': 'HostKeyAlgorithms', 'key exchange method': 'KexAlgorithms', cipher: 'Ciphers', MAC: 'MACs',
};

// The first row that fits counts: what a jump host says comes before what follows from it.
const rows: readonly Row[] = [
  [/Host key for (\S+) has changed/, 'host-key-changed',
    ([, host]) => `the host key of ${host} has changed`,
    ([, host], { stderr }) => `find out why; if the host was installed anew: ssh-keygen ${knownHosts(stderr)}-R ${quote(host ?? '')}`],
  [/Could not resolve hostname (\S+?): (.*)/, 'unknown-name', ([, host, why]) => `${host} does not resolve: ${why}`, tryByHand],
  [/connect to host (\S+) port (\d+): Connection refused/, 'refused', ([, host, port]) => `nothing listens on ${host} port ${port}`, isSshdUp],
  [/connect to host (\S+) port (\d+): .*timed out/, 'timeout', ([, host, port]) => `${host} port ${port} does not answer`, tryByHand],
  [/connect to host (\S+) port (\d+): (.*)/, 'unreachable', ([, host, port, why]) => `${host} port ${port} cannot be reached: ${why}`, tryByHand],
  [/open failed: administratively prohibited/, 'refused', () => 'the jump host does not forward connections', () => 'on the jump host, in /etc/ssh/sshd_config: AllowTcpForwarding yes'],
  [/open failed: connect failed: (.*)/, 'unreachable', ([, why]) => `the jump host cannot reach it: ${why}`, tryByHand],
  [/Too many authentication failures/, 'login-refused', () => 'the agent holds more keys than the host lets ssh try', (_, { target }) => `in ~/.ssh/config, for ${hostOf(target)}: IdentitiesOnly yes, and its IdentityFile`],
  [/(\S+@\S+): Permission denied \((.*)\)/, 'login-refused',
    ([, login, methods]) => `${login} is refused: Permission denied (${methods})`,
    ([, , methods = ''], { target }) => methods.includes('publickey') ? `ssh-copy-id ${target}` : `ssh ${target}`],
  [/Unable to negotiate with .*: no matching (.*) found\. Their offer: (\S+)/, 'other',
    ([, what, offer]) => `no ${what} in common; the host offers ${offer}`,
    ([, what = '', offer = ''], { target }) => `in ~/.ssh/config, for ${hostOf(target)}: ${algorithmOption[what] ?? what} +${offer.split(',')[0]}`],
  [/Exceeded MaxStartups|kex_exchange_identification: (?:read: )?Connection (?:closed|reset) by/, 'refused',
    () => 'the host closed the connection before the login: too many at once (MaxStartups), or a ban',
    () => 'in the cluster file: [ssh] per_hop = 2'],
  [/timed out|Timeout, server \S+ not responding/, 'timeout', () => 'the connection was made, then no answer came', tryByHand],
  [/Bad configuration option.*|.*terminating, \d+ bad configuration.*|Can't open user config file.*/, 'other', ([words]) => `ssh: ${words}`, () => 'correct that ssh_config'],
  [/Host key verification failed/, 'host-key-unknown', () => 'the host key was not accepted', tryByHand],
];

/** Sorts the end of an ssh that never gave us a shell, in its own words and ours. */
export function sshFailure(end: SshEnd): ConnectFailure {
  for (const [pattern, kind, found, hint] of rows) {
    const match = pattern.exec(end.stderr);
    if (match) return { kind, found: found(match.map((text) => text.trim())), hint: hint(match, end) };
  }
  const isSsh = end.exitCode === 255 || end.exitCode === undefined;
  const said = lastLines(isSsh ? end.stderr : `${end.stderr}\n${end.stdout}`);
  const hint = tryByHand(undefined, end);
  if (isSsh) return { kind: 'other', found: `ssh: ${said || 'it ended without a word'}`, hint };
  return { kind: 'no-shell', found: said ? `the login gives no shell; it says: ${said}` : 'the login gives no shell', hint };
}

/** The last word, without the user: what `Host` of an ssh_config matches. */
function hostOf(target: string): string {
  return target.split(' ').at(-1)!.replace(/^.*@/, '');
}

/** Whether this is an ssh that does not know an option. */
export function isUnknownOption({ found }: ConnectFailure): boolean {
  return found.includes('Bad configuration option');
}

function knownHosts(stderr: string): string {
  const file = /Offending \S+ key in (.*):\d+/.exec(stderr)?.[1];
  return file === undefined || file.endsWith('/.ssh/known_hosts') ? '' : `-f ${quote(file)} `;
}

function lastLines(text: string): string {
  return text.split(/[\r\n]+/).map((line) => line.trim()).filter((line) => line !== '').slice(-3).join(' / ');
}
