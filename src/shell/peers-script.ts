import type { Address, GrafanaLayout } from '../cluster/cluster.ts';
import type { Firewall } from '../facts/peers.ts';
import { perlProgram } from './peers-perl.ts';
import { pythonProgram } from './peers-python.ts';
import { toolsProgram } from './peers-tools.ts';
import { raw, type Script, sh } from './quote.ts';

/** Variable that the listeners below have in their environment: another look at the host at the same moment takes them for what they are. */
export const ownListener = 'GRAFANA_HA_LISTENER';

export type Protocol = 'tcp' | 'udp';

/** One thing to try; `word` is said to a listener of ours, `hex` asks what answers by itself. */
export type Try =
  | { readonly id: string; readonly kind: 'connect'; readonly at: Address; readonly word?: string }
  | { readonly id: string; readonly kind: 'send'; readonly at: Address; readonly word: string }
  | { readonly id: string; readonly kind: 'ping'; readonly at: Address; readonly hex: string };

export interface PeersQuestion {
  readonly layout: Pick<GrafanaLayout, 'unit' | 'status'>;
  /** Opened only while Grafana is down, and where nothing else has the port. */
  readonly listen: readonly { readonly protocol: Protocol; readonly at: Address }[];
  /** Words that peers say to these listeners. */
  readonly expect: readonly { readonly protocol: Protocol; readonly word: string }[];
  readonly tries: readonly Try[];
  /** Whole seconds after which everything ends. */
  readonly seconds: number;
}

/** Tries all ways from a host at once, and listens meanwhile; whatever happens to us, nothing of it lives longer than `seconds` and a little. */
export function peersScript({ layout, listen, expect, tries, seconds }: PeersQuestion): Script {
  const doors = listen.map(({ protocol, at }) => `L ${protocol} ${at.host} ${at.port}`);
  const plan = [...expect.map(({ protocol, word }) => `E ${protocol} ${word}`), ...tries.map(planLine)];
  const isDown = layout.status === undefined
    ? sh`case $(systemctl show -p ActiveState --value ${layout.unit} 2>/dev/null) in inactive|failed) ;; *) false;; esac`
    : sh`( eval ${layout.status} ) >/dev/null 2>&1 </dev/null; [ $? = 3 ]`;
  return sh`export ${ownListener}=yes; plan=${plan.join('\n')}
${raw(doors.length === 0 ? sh`` : sh`if ${raw(isDown)}; then plan=${doors.join('\n')}'
'$plan; else echo started; fi
`)}run() {
  for p in python3 /usr/libexec/platform-python; do if "$p" -c 'import select' 2>/dev/null; then "$p" -c ${pythonProgram} "$plan" ${seconds}; return; fi; done
  if perl -MSocket -MFcntl -e 1 2>/dev/null; then perl -e ${perlProgram} "$plan" ${seconds}; return; fi
  sh -c ${toolsProgram} sh "$plan" ${seconds}
}
run </dev/null 2>&1
`;
}

/** Asks what filters packets on a host, and where nft does: family, table and name of its chain for what comes in. */
export const firewallScript: Script = sh`bounded() { if command -v timeout >/dev/null; then timeout 5 "$@"; else "$@"; fi 2>/dev/null; }
if bounded firewall-cmd --state | grep -q running; then echo firewalld
elif bounded ufw status | grep -q 'Status: active'; then echo ufw
elif chain=$(bounded nft list chains | awk '$1 == "table" { t = $2 " " $3 } $1 == "chain" { c = $2 } /hook input/ { print t, c; exit }') && [ -n "$chain" ]; then echo "nft $chain"
elif bounded iptables -S INPUT | grep -qv -- '-P INPUT ACCEPT'; then echo iptables
else echo none; fi
`;

/** Reads the answer to `firewallScript`. */
export function readFirewall(stdout: string): Firewall {
  const [kind = '', ...chain] = stdout.trim().split(' ');
  return { kind: isFirewall(kind) ? kind : 'none', ...(chain.length === 0 ? {} : { chain: chain.join(' ') }) };
}

function planLine(one: Try): string {
  const { id, at } = one;
  const place = `${id} ${at.host} ${at.port}`;
  switch (one.kind) {
    case 'connect': return `T ${place} ${one.word ?? '-'}`;
    case 'send': return `U ${place} ${one.word}`;
    case 'ping': return `P ${place} ${one.hex}`;
  }
}

export interface PeersAnswer {
  /** What became of each try, by id; absent: the host could not try it, and `lacking` may say why. */
  readonly ways: ReadonlyMap<string, Said>;
  readonly heard: ReadonlySet<string>;
  /** Listeners that could not be opened, by protocol and port. */
  readonly unbound: ReadonlyMap<string, string>;
  /** Grafana was started before anything was opened. */
  readonly started: boolean;
  /** Listeners here hear one sender at a time. */
  readonly partial: boolean;
  readonly lacking?: string;
}

export type Said =
  | { readonly kind: 'open' | 'silent' | 'refused' }
  | { readonly kind: 'answered'; readonly hex: string }
  | { readonly kind: 'failed' | 'unknown'; readonly said: string };

/** Reads what a host printed; what it did not say is not there. */
export function readPeersAnswer(stdout: string): PeersAnswer {
  const ways = new Map<string, Said>();
  const unbound = new Map<string, string>();
  const heard = new Set<string>();
  let lacking: string | undefined;
  const lines = stdout.split('\n');
  for (const line of lines) {
    const [head, first = '', second = '', ...rest] = line.split(' ');
    if (head === 'way') ways.set(first, readSaid(second, rest.join(' ')));
    if (head === 'heard') heard.add(`${first} ${second}`);
    if (head === 'unbound') unbound.set(`${first} ${rest[0] ?? ''}`, rest.slice(1).join(' '));
    if (head === 'lacking') lacking = line.slice('lacking '.length);
  }
  return {
    ways, heard, unbound, started: lines.includes('started'), partial: lines.includes('partial'),
    ...(lacking === undefined ? {} : { lacking }),
  };
}

function readSaid(kind: string, rest: string): Said {
  switch (kind) {
    case 'open': case 'silent': case 'refused': return { kind };
    case 'answered': return { kind, hex: rest };
    case 'failed': return { kind, said: rest };
    default: return { kind: 'unknown', said: rest };
  }
}

function isFirewall(text: string): text is Firewall['kind'] {
  return ['firewalld', 'ufw', 'nft', 'iptables', 'none'].includes(text);
}
