import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type PeersAnswer, type PeersQuestion, peersScript, readFirewall, readPeersAnswer } from '../../src/shell/peers-script.ts';
import { isAck, pingPacket } from '../../src/grafana/memberlist.ts';
import { until } from '../lab/run.ts';

/** Tools every host has. */
const base = ['sh', 'cat', 'grep', 'sed', 'tail', 'od', 'tr', 'sort', 'sleep', 'timeout', 'dd', 'head'];
const find = (program: string): string | undefined => execFileSync('sh', ['-c', 'command -v "$0" || :', program], { encoding: 'utf8' }).trim() || undefined;
const python = execFileSync('sh', ['-c', 'python3 -c "import sys; print(sys.executable)" || :'], { encoding: 'utf8' }).trim();

const folder = mkdtempSync(join(tmpdir(), 'peers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A PATH with nothing but these. */
function pathWith(...programs: readonly string[]): string | undefined {
  const path = mkdtempSync(join(folder, 'bin-'));
  for (const program of [...base, ...programs]) {
    const found = program === 'python3' ? python : find(program);
    if (found === undefined || !existsSync(found)) return undefined;
    symlinkSync(found, join(path, program));
  }
  return path;
}

/** What a host may have and no other tool; busybox as Debian builds it speaks no UDP and listens on every address. */
const hosts = [
  { tools: ['python3'], hearsUdp: true, pings: true }, { tools: ['perl'], hearsUdp: true, pings: true },
  { tools: ['bash', 'socat'], hearsUdp: true, pings: true }, { tools: ['socat'], hearsUdp: true, pings: true },
  { tools: ['bash', 'busybox'], hearsUdp: false, pings: true }, { tools: ['busybox'], hearsUdp: false, pings: false },
].map((host) => ({ ...host, title: host.tools.join(' and '), path: pathWith(...host.tools) }));
const down = { unit: 'grafana-server', status: 'exit 3' };

function run(question: PeersQuestion, path: string): { readonly pid: number; readonly answer: Promise<PeersAnswer & { readonly stdout: string; readonly seconds: number }> } {
  const started = performance.now();
  const child = spawn('/bin/sh', ['-c', peersScript(question)], { env: { PATH: path, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return { pid: child.pid!, answer: new Promise((resolve) => child.on('close', () => resolve({ ...readPeersAnswer(stdout), stdout, seconds: (performance.now() - started) / 1000 }))) };
}

function processesNaming(text: string): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

let number = 0;
/** Two hosts on this machine and a port that no other test has: a listener of busybox is on every address. */
const nextHosts = (): { readonly a: string; readonly b: string; readonly port: number } => {
  number += 2;
  return { a: `127.77.${process.pid % 250}.${number}`, b: `127.77.${process.pid % 250}.${number + 1}`, port: 20_000 + (process.pid % 1000) * 10 + number };
};

/** A host that listens for its peer and tries it. */
function meeting(own: string, peer: string, port: number): PeersQuestion {
  const protocols = ['tcp', 'udp'] as const;
  return {
    layout: down, seconds: 2,
    listen: protocols.map((protocol) => ({ protocol, at: { host: own, port } })),
    expect: protocols.map((protocol) => ({ protocol, word: `x-${peer}-${own}-${protocol}` })),
    tries: [{ id: 'tcp', kind: 'connect', at: { host: peer, port }, word: `x-${own}-${peer}-tcp` }, { id: 'udp', kind: 'send', at: { host: peer, port }, word: `x-${own}-${peer}-udp` }],
  };
}

describe.concurrent.each(hosts)('on a host with $title', ({ path, tools, hearsUdp, pings }) => {
  it('meets another host both ways', async () => {
    if (path === undefined) throw new Error(`this machine lacks one of ${tools.join(', ')}`);
    const { a, b, port } = nextHosts();
    if (!hearsUdp) {
      // Its listener is on every address, so that one of two hosts on this machine can have it.
      const [hearing, asking] = await Promise.all([run({ ...meeting(a, b, port), tries: [] }, path).answer, run({ ...meeting(b, a, port), listen: [] }, path).answer]);
      expect({ tcp: asking.ways.get('tcp'), unbound: [...hearing.unbound.keys()], partial: hearing.partial }).toEqual({ tcp: { kind: 'open' }, unbound: [`udp ${port}`], partial: true });
      return;
    }
    const [one, two] = await Promise.all([run(meeting(a, b, port), path).answer, run(meeting(b, a, port), path).answer]);
    expect({ said: one.stdout, heard: one.heard, ways: one.ways.get('tcp') }).toMatchObject({ heard: new Set([`tcp x-${b}-${a}-tcp`, `udp x-${b}-${a}-udp`]), ways: { kind: 'open' } });
    expect(two.heard).toEqual(new Set([`tcp x-${a}-${b}-tcp`, `udp x-${a}-${b}-udp`]));
    expect(execFileSync('ss', ['-Hlntu', `sport = :${port}`], { encoding: 'utf8' })).toBe('');
  });

  it('does not hear what is not sent, nor what somebody else says', async () => {
    const { a, b, port } = nextHosts();
    const asked = meeting(a, b, port);
    const one = run({ ...asked, tries: asked.tries.map((way) => ({ ...way, at: { host: b, port: port + 1 } })) }, path!);
    const stranger = createSocket('udp4');
    const shout = setInterval(() => stranger.send('a stranger', port, a), 100);
    const { ways, heard, seconds } = await one.answer.finally(() => { clearInterval(shout); stranger.close(); });
    expect(heard.size).toBe(0);
    expect(ways.get('tcp')).toEqual({ kind: 'refused' });
    expect(['refused', 'silent', ...(pings ? [] : ['unknown'])]).toContain(ways.get('udp')!.kind);
    expect(seconds).toBeLessThan(15);
  });

  it('is heard, though the listener of another validate had the port when it came', async () => {
    const { a, b, port } = nextHosts();
    // Ends its connections and itself once it has got a word, as ours do.
    const another = createServer((guest) => guest.on('error', () => {}).once('data', () => {
      guest.end();
      another.close();
    })).listen(port, a);
    await once(another, 'listening');
    const asking = run({ ...meeting(b, a, port), listen: [] }, path!).answer;
    await once(another, 'close');
    const { heard } = await run({ ...meeting(a, b, port), tries: [] }, path!).answer;
    expect(heard).toContain(`tcp x-${b}-${a}-tcp`);
    expect((await asking).ways.get('tcp')).toEqual({ kind: 'open' });
  });

  it.each(['', 'prod', 'ten_letters'.slice(0, 10)])('asks a memberlist under the label %j', async (label) => {
    const { a: host, port } = nextHosts();
    const server = createSocket('udp4');
    const asked: Buffer[] = [];
    server.on('message', (packet, { port: from, address }) => {
      asked.push(packet);
      server.send(Buffer.from('0282a75061796c6f6164a0a55365714e6f2a', 'hex'), from, address);
    });
    await new Promise<void>((resolve) => server.bind(port, host, resolve));
    const hex = Buffer.from(pingPacket(0x4841, label)).toString('hex');
    const { ways, stdout } = await run({ layout: down, listen: [], expect: [], seconds: 2, tries: [{ id: 'ping', kind: 'ping', at: { host, port }, hex }] }, path!).answer;
    server.close();
    const said = ways.get('ping');
    expect({ said, stdout }).toMatchObject({ said: { kind: pings ? 'answered' : 'unknown' } });
    if (!pings) return;
    expect(said?.kind === 'answered' && isAck(Buffer.from(said.hex, 'hex'))).toBe(true);
    expect(asked[0]!.toString('hex')).toBe(hex);
  });
});

describe.concurrent('what is left alone', () => {
  const path = pathWith('python3')!;

  it('opens nothing while Grafana runs', async () => {
    const { a, b, port } = nextHosts();
    const { started, heard } = await run({ ...meeting(a, b, port), layout: { unit: 'grafana-server', status: 'exit 0' } }, path).answer;
    expect({ started, heard: heard.size }).toEqual({ started: true, heard: 0 });
  });

  it('says which port is held, and disturbs nobody there', async () => {
    const { a, b, port } = nextHosts();
    const holder = createServer().listen(port, a);
    const { unbound } = await run(meeting(a, b, port), path).answer;
    holder.close();
    expect([...unbound.keys()]).toEqual([`tcp ${port}`]);
  });

  it.each(hosts.filter(({ path: there }) => there !== undefined))('is gone within seconds when we are killed in the middle, with $title', async ({ path: there }) => {
    const { a, b, port } = nextHosts();
    const { pid, answer } = run(meeting(a, b, port), there!);
    const isOpen = (): boolean => execFileSync('ss', ['-Hlntu', `sport = :${port}`], { encoding: 'utf8' }) !== '';
    await until('the listener', async () => isOpen());
    process.kill(pid, 'SIGKILL');
    await answer;
    await until('the listener to be gone', async () => !isOpen(), 10);
    await until('the last process to be gone', async () => processesNaming(`-${a}-`).length === 0, 10);
  });

  it('says so where there is no tool at all', async () => {
    const { a, b, port } = nextHosts();
    const none = mkdtempSync(join(folder, 'bin-'));
    symlinkSync('/bin/sh', join(none, 'sh'));
    expect((await run(meeting(a, b, port), none).answer).lacking).toBe('python3, perl or timeout');
  });
});

describe('the firewall of a host', () => {
  it.each([['firewalld\n', { kind: 'firewalld' }], ['nft inet filter input\n', { kind: 'nft', chain: 'inet filter input' }], ['', { kind: 'none' }]])('is read from %j', (stdout, firewall) => {
    expect(readFirewall(stdout)).toEqual(firewall);
  });
});
