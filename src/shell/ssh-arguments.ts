import type { Address, Target } from '../cluster/cluster.ts';

/** What `ssh -G` says about a target: lower-case option names to values. */
export type SshSettings = ReadonlyMap<string, string>;

/** Asks ssh what the user's own config makes of a target; connects to nothing. */
export function settingsArguments(target: Target, config?: string): readonly string[] {
  return ['-G', ...destination(target, config)];
}

/** Reads the answer of `ssh -G`. */
export function parseSettings(text: string): SshSettings {
  return new Map(text.split('\n').filter((line) => line.includes(' ')).map((line) => {
    const space = line.indexOf(' ');
    return [line.slice(0, space).toLowerCase(), line.slice(space + 1)] as const;
  }));
}

/** What the login goes through first: targets with the same first hop share its limit of logins at once. */
export function firstHop(settings: SshSettings): string {
  return proxyOf(settings)?.split(',')[0] ?? `${settings.get('hostname') ?? ''}:${settings.get('port') ?? '22'}`;
}

/** Whether a connect may be given a limit: the person set none, and no proxy is on the way, where it would also count the time a person takes over a question about the proxy. */
export function mayLimit(settings: SshSettings): boolean {
  return proxyOf(settings) === undefined && ['none', undefined].includes(settings.get('connecttimeout'));
}

export interface MasterWay {
  readonly target: Target;
  readonly config?: string;
  /** What this ssh says about any target: it lists the options that it knows. Absent: it knows all. */
  readonly known?: SshSettings;
  readonly limited: boolean;
  readonly socket: string;
}

/** Arguments of the ssh that is a node's kept shell and the master its streams ride on. */
export function masterArguments({ target, config, known, limited, socket }: MasterWay, command: string): readonly string[] {
  const options = [...overrides(known), ...(limited ? ['ConnectTimeout=10'] : [])];
  return ['-T', '-M', '-S', socket, ...options.flatMap((option) => ['-o', option]), ...destination(target, config), command];
}

/**
 * Arguments of one stream over the master. The user's config has no say here, and with the master gone
 * ProxyCommand=false keeps ssh from logging in anew.
 */
export function streamArguments(socket: string, address: Address): readonly string[] {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return [...overMaster(socket), '-W', `${host}:${address.port}`, 'master'];
}

/** Arguments of one more command over the master, for its login shell. */
export function commandArguments(socket: string, command: string): readonly string[] {
  return [...overMaster(socket), '-T', 'master', command];
}

function overMaster(socket: string): readonly string[] {
  return ['-F', '/dev/null', '-o', 'ProxyCommand=false', '-S', socket];
}

function destination(target: Target, config: string | undefined): readonly string[] {
  return [
    ...(config === undefined ? [] : ['-F', config]),
    ...(target.user === undefined ? [] : ['-l', target.user]),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    '--', target.host,
  ];
}

/** What a user's config may set that would break the kept shell, or hide what ssh has to say. */
function overrides(known: SshSettings | undefined): readonly string[] {
  const always = [
    'ControlPersist=no', 'RemoteCommand=none', 'RequestTTY=no', 'ClearAllForwardings=yes', 'ForwardX11=no', 'ForwardAgent=no',
    'PermitLocalCommand=no', 'Tunnel=no', 'BatchMode=no', 'StrictHostKeyChecking=ask', 'FingerprintHash=sha256', 'VisualHostKey=no',
    'NumberOfPasswordPrompts=1', 'LogLevel=INFO', 'ServerAliveInterval=15', 'ServerAliveCountMax=3',
  ];
  // ssh before 8.7 stops at these.
  const wanted = Object.entries({ stdinnull: 'no', forkafterauthentication: 'no', sessiontype: 'default' });
  return [...always, ...wanted.filter(([name]) => known?.has(name) ?? true).map(([name, value]) => `${name}=${value}`)];
}

function proxyOf(settings: SshSettings): string | undefined {
  return [settings.get('proxyjump'), settings.get('proxycommand')].find((value) => value !== undefined && value !== 'none');
}
