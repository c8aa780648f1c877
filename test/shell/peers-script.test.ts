import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type PeersAnswer, type PeersQuestion, peersScript, readFirewall, readPeersAnswer } from '../../src/shell/peers-script.ts';
import { isAck, pingPacket } from '../../src/grafana/memberlist.ts';

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

let number = 10;
const nextHosts = (): readonly [string, string] => [`127.77.${process.pid % 250}.${++number}`, `127.77.${process.pid % 250}.${++number}`];
// A listener of busybox is on every address: another run of this test must have another port.
const port = 20_000 + (process.pid % 10_000);

/** A host that listens for `peer` and tries it; `missing` leaves one protocol out of what it opens. */
function meeting(own: string, peer: string, missing?: 'udp' | 'tcp'): PeersQuestion {
  const protocols = ['tcp', 'udp'] as const;
  return {
    layout: down, seconds: 2,
    listen: protocols.filter((protocol) => protocol !== missing).map((protocol) => ({ protocol, at: { host: own, port } })),
    expect: protocols.map((protocol) => ({ protocol, word: `x-${peer}-${own}-${protocol}` })),
    tries: [{ id: 'tcp', kind: 'connect', at: { host: peer, port }, word: `x-${own}-${peer}-tcp` }, { id: 'udp', kind: 'send', at: { host: peer, port }, word: `x-${own}-${peer}-udp` }],
  };
}

describe.each(hosts)('on a host with $title', ({ path, tools, hearsUdp, pings }) => {
  it('meets another host both ways, and ends at once where it can', async () => {
    if (path === undefined) throw new Error(`this machine lacks one of ${tools.join(', ')}`);
    const [a, b] = nextHosts();
    const [one, two] = await Promise.all([run(meeting(a, b), path).answer, run(meeting(b, a), path).answer]);
    if (!hearsUdp) {
      // Its listeners are on every address: one of two hosts on this machine has them.
      expect([...one.heard, ...two.heard]).not.toEqual([]);
      expect([...one.unbound.keys()]).toContain(`udp ${port}`);
      return;
    }
    expect({ said: one.stdout, heard: one.heard, ways: one.ways.get('tcp') }).toMatchObject({ heard: new Set([`tcp x-${b}-${a}-tcp`, `udp x-${b}-${a}-udp`]), ways: { kind: 'open' } });
    expect(two.heard).toEqual(new Set([`tcp x-${a}-${b}-tcp`, `udp x-${a}-${b}-udp`]));
    expect(one.seconds).toBeLessThan(['python3', 'perl'].includes(tools[0]!) ? 1.9 : 6);
    expect(execFileSync('sh', ['-c', `cat /proc/net/tcp /proc/net/udp | grep -ci ":${port.toString(16)} .* 0A\\|${port.toString(16)} 00000000:0000 07" || :`], { encoding: 'utf8' }).trim()).toBe('0');
  });

  it('does not hear what is not sent, nor what somebody else says', async () => {
    const [a, b] = nextHosts();
    const asked = meeting(a, b);
    const one = run({ ...asked, tries: asked.tries.map((way) => ({ ...way, at: { host: b, port: port + 1 } })) }, path!);
    const stranger = createSocket('udp4');
    const shout = setInterval(() => stranger.send('a stranger', port, a), 100);
    const { ways, heard, seconds } = await one.answer.finally(() => { clearInterval(shout); stranger.close(); });
    expect(heard.size).toBe(0);
    expect(ways.get('tcp')).toEqual({ kind: 'refused' });
    expect(['refused', 'silent', ...(pings ? [] : ['unknown'])]).toContain(ways.get('udp')!.kind);
    expect(seconds).toBeLessThan(6);
  });

  it.each(['', 'prod', 'ten_letters'.slice(0, 10)])('asks a memberlist under the label %j', async (label) => {
    const [host] = nextHosts();
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

describe('what is left alone', () => {
  const path = pathWith('python3')!;

  it('opens nothing while Grafana runs', async () => {
    const [a, b] = nextHosts();
    const { started, heard } = await run({ ...meeting(a, b), layout: { unit: 'grafana-server', status: 'exit 0' } }, path).answer;
    expect({ started, heard: heard.size }).toEqual({ started: true, heard: 0 });
  });

  it('says which port is held, and disturbs nobody there', async () => {
    const [a, b] = nextHosts();
    const holder = createServer().listen(port, a);
    const { unbound } = await run(meeting(a, b), path).answer;
    holder.close();
    expect([...unbound.keys()]).toEqual([`tcp ${port}`]);
  });

  it.each(hosts.filter(({ path: there }) => there !== undefined))('is gone within seconds when we are killed in the middle, with $title', async ({ path: there }) => {
    const [a, b] = nextHosts();
    const { pid, answer } = run(meeting(a, b), there!);
    const isOpen = (): boolean => execFileSync('sh', ['-c', 'ss -Hlntu "sport = :$0" || :', String(port)], { encoding: 'utf8' }) !== '';
    await expect.poll(isOpen, { timeout: 5000 }).toBe(true);
    process.kill(pid, 'SIGKILL');
    await answer;
    await expect.poll(isOpen, { timeout: 6000 }).toBe(false);
    await expect.poll(() => processesNaming(a), { timeout: 6000 }).toEqual([]);
  });

  it('says so where there is no tool at all', async () => {
    const [a, b] = nextHosts();
    const none = mkdtempSync(join(folder, 'bin-'));
    symlinkSync('/bin/sh', join(none, 'sh'));
    expect((await run(meeting(a, b), none).answer).lacking).toBe('python3, perl or timeout');
  });
});

describe('the firewall of a host', () => {
  it.each([['firewalld\n', { kind: 'firewalld' }], ['nft inet filter input\n', { kind: 'nft', chain: 'inet filter input' }], ['', { kind: 'none' }]])('is read from %j', (stdout, firewall) => {
    expect(readFirewall(stdout)).toEqual(firewall);
  });
});
