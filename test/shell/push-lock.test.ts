import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { breakLockScript, keepLockScript, lockedExit, lockScript, lookAtLockScript, readLock, takeOverScript, unlockScript } from '../../src/shell/push-lock.ts';
import type { Script } from '../../src/shell/quote.ts';
import { shells } from './shells.ts';

describe.each(shells)('the lock of a node under $name', ({ words, environment }) => {
  let state: string;
  beforeEach(() => {
    state = join(mkdtempSync(join(tmpdir(), `lock ' "$(x)`)), 'state');
  });
  afterEach(() => rmSync(join(state, '..'), { recursive: true }));

  const run = (script: Script) => spawnSync(words[0]!, [...words.slice(1), '-c', script], { encoding: 'utf8', env: environment });
  const holder = () => readFileSync(join(state, 'lock/holder'), 'utf8');

  it('is for one alone, and given back by its holder', () => {
    expect(run(lockScript(state, "it's me")).status).toBe(0);
    expect(run(lockScript(state, 'another')).status).toBe(lockedExit);
    run(unlockScript(state, 'another'));
    expect(holder()).toBe("it's me\n");
    run(unlockScript(state, "it's me"));
    expect(existsSync(join(state, 'lock'))).toBe(false);
  });

  it('says whether the shell that took it is still there', async () => {
    const shell = spawn(words[0]!, [...words.slice(1), '-c', `${lockScript(state, 'mine')}\necho taken; read -r end`], { env: environment });
    await once(shell.stdout, 'data');
    expect(readLock(run(lockScript(state, 'another')).stdout)).toEqual({ session: 'open', holder: 'mine' });
    shell.stdin.end();
    await once(shell, 'exit');
    expect(readLock(run(lockScript(state, 'another')).stdout)).toEqual({ session: 'gone', holder: 'mine' });
  });

  it('makes the session that holds it say something, so that its sshd sees whether its client is still there', async () => {
    const held = spawn('sh', ['-c', '"$@" 2>&1 >&3 | cat', 'sh', words[0]!, ...words.slice(1), '-c', `${lockScript(state, 'mine')}\necho taken; read -r end`], { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
    await once(held.stdio[3] as Readable, 'data');
    const said = once(held.stdio[1] as Readable, 'data');
    expect(readLock(run(lockScript(state, 'another')).stdout)).toEqual({ session: 'open', holder: 'mine' });
    expect(String(await said)).toBe('\n');
    held.stdin!.end();
    await once(held, 'exit');
  });

  it('is taken over by one of those that try', () => {
    run(lockScript(state, 'mine'));
    expect(readLock(run(lookAtLockScript(state)).stdout)).toEqual({ session: 'gone', holder: 'mine' });
    writeFileSync(join(state, '.grafana-ha-20270104T100000Z-ab12.0.tmp'), 'staged');
    expect(run(takeOverScript(state, 'theirs', 'next', [])).status).toBe(lockedExit);
    expect(run(takeOverScript(state, 'mine', 'next', [state, join(state, 'not there')])).status).toBe(0);
    expect(run(takeOverScript(state, 'mine', 'late', [state])).status).toBe(lockedExit);
    expect(holder()).toBe('next\n');
    expect(run(unlockScript(state, 'next')).status).toBe(0);
    expect([existsSync(join(state, 'lock')), existsSync(join(state, '.grafana-ha-20270104T100000Z-ab12.0.tmp'))]).toEqual([false, false]);
    expect(run(lookAtLockScript(state))).toMatchObject({ status: 0, stdout: '' });
  });

  it('is taken over from a shell that nobody talks to any more, which is ended after what it is in', async () => {
    const lost = spawn(words[0]!, [...words.slice(1), '-c', `${lockScript(state, 'mine')}\necho taken; sleep 1; echo done > '${state.replaceAll("'", "'\\''")}/late'; read -r end`], { env: environment });
    const ended = once(lost, 'exit');
    await once(lost.stdout, 'data');
    expect(run(takeOverScript(state, 'mine', 'next', [state])).status).toBe(0);
    expect(existsSync(join(state, 'late'))).toBe(true);
    await ended;
    expect([holder(), existsSync(join(state, 'lock/next'))]).toEqual(['next\n', false]);
  });

  it('is kept in a new session, after what the lost one is in', async () => {
    const lost = spawn(words[0]!, [...words.slice(1), '-c', `${lockScript(state, 'mine')}\necho taken; sleep 1; echo done > '${state.replaceAll("'", "'\\''")}/late'; read -r end`], { env: environment });
    const ended = once(lost, 'exit');
    await once(lost.stdout, 'data');
    expect(run(keepLockScript(state, 'theirs'))).toMatchObject({ status: lockedExit, stderr: expect.stringContaining('taken away') as string });
    const next = spawn(words[0]!, [...words.slice(1), '-c', `${keepLockScript(state, 'mine')}\necho kept; read -r end`], { env: environment });
    await once(next.stdout, 'data');
    expect(existsSync(join(state, 'late'))).toBe(true);
    await ended;
    expect(readLock(run(lockScript(state, 'another')).stdout)).toEqual({ session: 'open', holder: 'mine' });
    next.stdin.end();
    await once(next, 'exit');
    expect(readLock(run(lockScript(state, 'another')).stdout)).toEqual({ session: 'gone', holder: 'mine' });
    run(breakLockScript(state));
    expect(run(keepLockScript(state, 'mine')).status).toBe(lockedExit);
  });

  it('that nobody signed is told as such and can be broken', () => {
    mkdirSync(join(state, 'lock'), { recursive: true });
    expect(readLock(run(lockScript(state, 'mine')).stdout)).toEqual({ session: 'unknown', holder: '' });
    run(breakLockScript(state));
    expect(run(lockScript(state, 'mine')).status).toBe(0);
  });

  it('is not taken for held where it cannot be made', () => {
    mkdirSync(state);
    writeFileSync(join(state, 'lock'), '');
    expect(run(lockScript(state, 'mine'))).toMatchObject({ status: 1, stderr: expect.stringMatching(/lock/) as string });
  });
});
