import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { openAskpass } from '../../src/io/openssh-askpass.ts';
import { connected, sshWith, target } from './ssh-world.ts';
import { makePerson, makeTestFolder, startSshd, type Sshd } from './sshd.ts';

const folder = makeTestFolder();
const person = makePerson(folder);
const config = person.config('config');
let sshd: Sshd;
let jump: Sshd;

beforeAll(async () => {
  sshd = await startSshd(folder, person.publicKey);
  jump = await startSshd(folder, person.publicKey, ['MaxStartups 2:100:2']);
});

afterAll(async () => {
  await Promise.all([sshd.stop(), jump.stop()]);
  rmSync(folder, { recursive: true });
});

const foldersOf = (pid: number | undefined) => readdirSync('/tmp').filter((name) => name.includes(`-${pid}-`) && name.startsWith('gha-'));
const processesWith = (text: string) => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
  } catch {
    return false; // it ended while we looked
  }
});

/** Starts the program and waits until it is connected, or asks for an unknown host key. */
async function startChild(...trusted: readonly Sshd[]) {
  person.trusts(...trusted);
  const child = spawn(process.execPath, ['--import', 'tsx', `${import.meta.dirname}/ssh-child.ts`, String(sshd.port), config], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const [name = ''] = foldersOf(child.pid);
  return { child, name };
}

describe('the end of our process', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('through %s leaves no ssh here and no shell there', async (signal) => {
    const { child, name } = await startChild(sshd);
    expect(processesWith(name).length).toBeGreaterThan(1);
    child.kill(signal);
    const [, endedBy] = await once(child, 'exit');
    expect(endedBy).toBe(signal);
    await vi.waitUntil(() => processesWith(name).length === 0 && sshd.sessions() === 0, { timeout: 30_000 });
    if (signal !== 'SIGKILL') expect(foldersOf(child.pid)).toEqual([]);
    else rmSync(`/tmp/${name}`, { recursive: true, force: true });
  });

  it('just before ssh waits for an answer ends the question', async () => {
    const folder = mkdtempSync('/tmp/askpass-');
    const askpass = openAskpass(folder, 1, async () => undefined);
    // The moment of the end: the process was still seen, its fifos are nobody's any more.
    askpass.close();
    const question = spawn(`${folder}/askpass`, ['Are you sure?'], { stdio: 'ignore', env: { ...process.env, ...askpass.environment(0) } });
    expect(await once(question, 'exit')).toEqual([1, null]);
    rmSync(folder, { recursive: true });
  });

  it('in the middle of a question ends the question', async () => {
    const { child, name } = await startChild();
    expect(processesWith(`${name}/askpass`)).toHaveLength(1);
    child.kill('SIGKILL');
    await vi.waitUntil(() => processesWith(name).length === 0 && sshd.sessions() === 0, { timeout: 30_000 });
    rmSync(`/tmp/${name}`, { recursive: true, force: true });
  });

  it('is not our business while somebody else minds the signal', async () => {
    person.trusts(sshd);
    const minded = new Promise((resolve) => process.once('SIGHUP', resolve));
    const [outcome] = await sshWith().connect([target('graf-a', 'root', sshd.port)], { config });
    process.kill(process.pid, 'SIGHUP');
    await minded;
    expect((await connected(outcome).run('echo ok')).stdout).toBe('ok\n');
    await connected(outcome).close();
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });
});

describe('a cancelled question', () => {
  it('ends connect with its error and leaves nothing', async () => {
    person.trusts();
    const cancelled = () => Promise.reject(new UserError('cancelled', { exitCode: 130 }));
    await expect(sshWith([cancelled]).connect([target('graf-a', 'root', sshd.port)], { config })).rejects.toThrow('cancelled');
    expect(foldersOf(process.pid)).toEqual([]);
    await vi.waitUntil(() => sshd.sessions() === 0, { timeout: 30_000 });
  });

  it('is not followed by another login, though the one it ends has just trusted a key', async () => {
    const locked = makePerson(folder, 'sesame');
    const theirs = await startSshd(folder, locked.publicKey);
    const logins = `${folder}/logins`;
    const counted = locked.config('counted', [`Match exec "[ -z $SSH_ASKPASS ] || echo login >> ${logins}"`]);
    const cancelled = () => Promise.reject(new UserError('cancelled', { exitCode: 130 }));
    const ssh = sshWith([true, cancelled]);
    await expect(ssh.connect([target('graf-a', 'root', theirs.port)], { config: counted })).rejects.toThrow('cancelled');
    expect(ssh.questions).toHaveLength(2);
    await vi.waitUntil(() => processesWith(counted).length === 0, { timeout: 30_000 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(readFileSync(logins, 'utf8')).toBe('login\n');
    await theirs.stop();
  });
});

describe('a jump host', () => {
  it('is not asked for more logins at once than it takes', async () => {
    person.trusts(sshd, jump);
    const through = person.config('through', ['Host jump', 'HostName 127.0.0.1', `Port ${jump.port}`, 'User root', 'Host graf', 'HostName 127.0.0.1', `Port ${sshd.port}`, 'User root', 'ProxyJump jump']);
    const targets = Array.from({ length: 8 }, (_, number) => ({ name: `graf-${number}`, become: 'auto' as const, target: { text: 'graf', host: 'graf' } }));
    const outcomes = await sshWith().connect(targets, { config: through, perHop: 2 });
    await Promise.all(outcomes.map((outcome) => connected(outcome).close()));
    expect(outcomes.map(({ name }) => name)).toEqual(targets.map(({ name }) => name));
  });
});
