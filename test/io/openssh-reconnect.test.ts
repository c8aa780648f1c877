import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keepLockScript, lockScript } from '../../src/shell/push-lock.ts';
import type { NodeConnection } from '../../src/world.ts';
import { connected, sshWith, target } from './ssh-world.ts';
import { makePerson, makeTestFolder, makeUsers, startSshd, type Sshd } from './sshd.ts';

const folder = makeTestFolder();
const person = makePerson(folder);
const config = person.config('config');
const host = '127.0.0.1';
let sshd: Sshd;
let users: ReturnType<typeof makeUsers>;

beforeAll(async () => {
  users = makeUsers([{ name: 'gha-again', sudoers: 'Defaults:gha-again timestamp_timeout=0\ngha-again ALL=(ALL) ALL' }]);
  sshd = await startSshd(folder, person.publicKey);
  person.trusts(sshd);
});

afterAll(async () => {
  await sshd.stop();
  users.remove();
  rmSync(folder, { recursive: true });
});

// The sshd may be gone before our ssh has noticed: then a script is lost with it.
const looking = { repeatable: true } as const;

/** Ends the sshd process of the session that the shell belongs to. */
async function cut(node: NodeConnection): Promise<void> {
  const { stdout } = await node.run('p=$$; while [ "$p" -gt 1 ] && ! grep -qa "sshd: " "/proc/$p/cmdline"; do p=$(sed -n "s/^PPid:[^0-9]*//p" "/proc/$p/status"); done; echo "$p"');
  const before = sshd.sessions();
  process.kill(Number(stdout), 'SIGKILL');
  await vi.waitUntil(() => sshd.sessions() < before, { timeout: 10_000 });
}

async function login(user = 'root', answers?: readonly string[]) {
  const ssh = sshWith(answers);
  const [outcome] = await ssh.connect([target('graf-a', user, sshd.port)], { config, askSudoPassword: answers !== undefined });
  return { node: connected(outcome), ssh };
}

describe('a lost connection', () => {
  it('is made anew for the next script, and streams ride on the new one', async () => {
    const { node } = await login();
    const first = (await node.run('echo $$')).stdout;
    await cut(node);
    expect((await node.run('echo $$', looking)).stdout).not.toBe(first);
    const stream = node.dial({ host, port: sshd.port });
    const banner = await new Promise<Buffer>((resolve, reject) => stream.once('data', resolve).once('error', reject));
    expect(banner.toString()).toMatch(/^SSH-2/);
    stream.destroy();
    await node.close();
    await vi.waitUntil(() => sshd.sessions() === 0, { timeout: 10_000 });
  });

  it('is made anew for the next streams, too, once for all of them', async () => {
    const { node } = await login();
    await cut(node);
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, host);
    await once(server, 'listening');
    // A stream that is dialled before our ssh has noticed is lost with it.
    const echo = () => vi.waitFor(async () => {
      const stream = node.dial({ host, port: (server.address() as net.AddressInfo).port });
      stream.write('before there is anything to carry it');
      const [first] = await once(stream, 'data') as [Buffer];
      stream.destroy();
      return first.toString();
    }, { timeout: 10_000 });
    expect(await Promise.all([echo(), echo(), echo()])).toEqual(Array(3).fill('before there is anything to carry it'));
    expect(sshd.sessions()).toBe(1);
    server.close();
    await node.close();
    await vi.waitUntil(() => sshd.sessions() === 0, { timeout: 10_000 });
  });

  it('rejects the script that was lost with it, but repeats one that only looks', async () => {
    const { node } = await login();
    const once = join(folder, 'once');
    await expect(node.run('kill -9 $PPID; sleep 5')).rejects.toThrow('the connection was lost');
    expect((await node.run('echo next')).stdout).toBe('next\n');
    expect(await node.run(`[ -e ${once} ] || { : > ${once}; kill -9 $PPID; sleep 5; }; echo seen`, { repeatable: true })).toMatchObject({ stdout: 'seen\n' });
    await node.close();
  });

  it('needs no question again: sudo has the password it accepted', async () => {
    const { node, ssh } = await login('gha-again', ['password']);
    await cut(node);
    expect((await node.run('id -un', looking)).stdout).toBe('root\n');
    expect(ssh.questions).toHaveLength(1);
    await node.close();
  });

  it('that cannot be made anew says why, to every script, and asks nothing', async () => {
    const { node, ssh } = await login('root', []);
    person.trusts();
    await cut(node);
    await expect(node.run('true', looking)).rejects.toMatchObject({ message: expect.stringMatching(/graf-a: the connection was lost, and a new one fails: the host key/) as string });
    await expect(node.run('true')).rejects.toThrow('a new one fails');
    await expect(once(node.dial({ host, port: sshd.port }), 'data')).rejects.toThrow('a new one fails');
    expect(ssh.questions).toEqual([]);
    await node.close();
    person.trusts(sshd);
  });

  it('keeps the lock of a push, unless another has it meanwhile', async () => {
    const state = mkdtempSync(join(folder, 'state-'));
    const { node } = await login();
    expect((await node.run(lockScript(state, 'mine'))).exitCode).toBe(0);
    node.onReconnect?.(keepLockScript(state, 'mine'));
    const session = () => readFileSync(join(state, 'lock/session'), 'utf8');
    const first = session();
    await cut(node);
    await node.run('true', looking);
    expect(session()).not.toBe(first);
    await cut(node);
    execFileSync('sh', ['-c', `echo theirs > ${state}/lock/holder`]);
    await expect(node.run('true', looking)).rejects.toThrow('its lock was taken away meanwhile');
    await expect(node.run('true')).rejects.toThrow();
    await node.close();
  });
});

describe('a login', () => {
  it('tells what it is at', async () => {
    const told: string[] = [];
    const [outcome, other] = await sshWith().connect([target('graf-a', 'root', sshd.port), target('graf-b', 'root', 1)], { config, tell: (name, doing) => void told.push(`${name} ${doing}`) });
    await connected(outcome).close();
    expect(told.filter((line) => line.startsWith('graf-a'))).toEqual(['graf-a waits for its turn', 'graf-a logs in', 'graf-a becomes root', 'graf-a connected']);
    expect(told.at(-1)).toMatch(/^graf-/);
    expect('failure' in other! && told.includes(`graf-b ${other.failure.found}`)).toBe(true);
  });
});
