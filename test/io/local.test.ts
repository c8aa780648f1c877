import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { makeLocal } from '../../src/io/local.ts';

describe('this machine', () => {
  const local = makeLocal();

  it('runs words without a shell', async () => {
    expect(await local.run(['printf', '%s', '$HOME; two words'])).toEqual({ stdout: '$HOME; two words' });
  });

  it('says how a command failed, in its own last words', async () => {
    await expect(local.run(['sh', '-c', 'echo first >&2; echo the vault is locked >&2; exit 7'])).rejects.toMatchObject({ exitCode: 3, message: 'The command "sh" ended with 7: the vault is locked.' });
    await expect(local.run(['no-such-program'])).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining('"no-such-program" could not be started') });
  });

  it('passes on what a command says as it says it, knows its own variables, and does not wait for what it leaves behind', async () => {
    const lines: string[] = [];
    await local.run(['sh', '-c', 'echo "$NODE"; echo two >&2; sleep 100 &'], { environment: { NODE: 'graf a' }, onLine: (line) => void lines.push(line) });
    expect(lines.toSorted()).toEqual(['graf a', 'two']);
  });

  it('ends a command that takes too long', async () => {
    await expect(local.run(['sh', '-c', 'sleep 100'], { timeoutMs: 100, onLine: () => {} })).rejects.toMatchObject({ message: expect.stringContaining('took longer than') as string });
  });

  it('tells secrets apart on one screen, and not on another', () => {
    const [one, same, other] = [new Secret('one'), new Secret('one'), new Secret('other')].map((secret) => local.fingerprint(secret));
    expect(one).toMatch(/^[0-9a-f]{6}$/);
    expect([one === same, one === other, one === makeLocal().fingerprint(new Secret('one'))]).toEqual([true, false, false]);
  });

  it('knows which of its processes have ended, and of no other machine', async () => {
    const sleep = spawn('sleep', ['100']);
    const own = local.processName()!;
    const [boot, room] = own.split(' ');
    const start = readFileSync(`/proc/${sleep.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[19]!;
    const other = [boot, room, sleep.pid, start].join(' ');
    expect([own, other].map(local.hasEnded)).toEqual([false, false]);
    expect(local.hasEnded([boot, room, sleep.pid, Number(start) - 1].join(' '))).toBe(true);
    sleep.kill();
    await once(sleep, 'exit');
    expect(local.hasEnded(other)).toBe(true);
    expect([other.replace(boot!, 'other-boot'), other.replace(room!, 'pid:[1]')].map(local.hasEnded)).toEqual([false, false]);
  });

  it('looks names up, and says undefined for one that does not resolve', async () => {
    expect(await local.lookup('localhost')).toContain('127.0.0.1');
    expect(await local.lookup('nowhere.invalid')).toBeUndefined();
  });
});
