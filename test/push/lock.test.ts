import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { clearLeft, withLock } from '../../src/push/lock.ts';
import type { LockHolder } from '../../src/push/lock.ts';
import { keepLockScript, lockedExit } from '../../src/shell/push-lock.ts';
import { fakeWorld } from '../fake-world.ts';

const mine: LockHolder = { id: 'new', who: 'ops', from: 'laptop', since: 'now', doing: 'push (roll) to a' };
const old = (change: Partial<LockHolder> = {}): string => JSON.stringify({ ...mine, id: 'old', since: 'noon', ...change });

/** One node whose lock says what it is told to; `sessions`: of the shell that holds it, one a look. */
async function lock(holder: string, sessions: readonly ('open' | 'gone' | 'unknown' | 'free')[], { breaking = false, clearing = false } = {}) {
  const done: string[] = [];
  let look = 0;
  const world = fakeWorld({
    nodes: { a: { run: (script) => {
      const word = /mkdir next/.test(script) ? 'take over' : /\[ -d lock \] \|\| exit 0/.test(script) ? 'look' : /session_of/.test(script) ? 'lock' : /\|\| exit 0/.test(script) ? 'unlock' : 'break';
      done.push(word);
      const session = sessions[Math.min(look, sessions.length - 1)]!;
      if (word === 'lock') look += 1;
      if (word === 'look') return session === 'free' ? {} : { stdout: `${session}\n${holder}\n` };
      return word === 'lock' && session !== 'free' ? { exitCode: lockedExit, stdout: `${session}\n${holder}\n` } : {};
    } } },
  });
  const [outcome] = await world.connect([{ name: 'a', target: { text: 'a', host: 'a' }, become: 'auto' }], { perHop: 8 });
  if (outcome === undefined || !('connection' in outcome)) throw new Error('not connected');
  const place = { connection: outcome.connection, statePath: '/state', folders: ['/etc/grafana'] };
  const result = clearing ? await clearLeft(place, mine, world) : await withLock([place], mine, breaking, world, () => Promise.resolve('worked')).catch((error: unknown) => error);
  return { done, result, noted: world.noted };
}

describe('the lock of a push', () => {
  it('is taken and given back', async () => {
    expect(await lock('', ['free'])).toMatchObject({ result: 'worked', done: ['lock', 'unlock'] });
  });

  it('of the same person from the same host is taken over once its shell is gone, and that is said', async () => {
    const { result, done, noted } = await lock(old(), ['open', 'open', 'gone']);
    expect(result).toBe('worked');
    expect(done).toEqual(['lock', 'lock', 'lock', 'take over', 'unlock']);
    expect(noted).toEqual([expect.stringMatching(/push old of noon .* on a back; this one takes it over/)]);
  });

  it.each([
    ['another person', old({ who: 'eve' }), 'gone', /eve from laptop, since noon, push \(roll\) to a, push old\. Its ssh session is gone/],
    ['the same person elsewhere', old({ from: 'desk' }), 'gone', /from desk/],
    ['another person who works', old({ who: 'eve' }), 'open', /Its ssh session is open/],
    ['the same person who works', old(), 'open', /Its ssh session is open/],
    ['nobody that can be read', '{', 'unknown', /does not say whose/],
  ] as const)('of %s is not', async (_, holder, session, words) => {
    const { result, done } = await lock(holder, [session]);
    expect(result).toMatchObject({ message: expect.stringMatching(words) as string, exitCode: ExitCode.NotAsItShouldBe, hint: expect.stringContaining('grafana-ha push --break-lock') as string });
    expect(new Set(done)).toEqual(new Set(['lock']));
  });

  it('of the same person is taken over from an open shell whose push has ended on this machine: the link was lost', async () => {
    expect(await lock(old({ process: 'boot room 6 ended' }), ['open'])).toMatchObject({ result: 'worked', done: ['lock', 'take over', 'unlock'] });
    expect((await lock(old({ process: 'boot room 6 ended' }), ['open'], { clearing: true })).done).toEqual(['look', 'take over', 'unlock']);
    expect(new Set((await lock(old({ process: 'boot room 6 running' }), ['open'])).done)).toEqual(new Set(['lock']));
    expect(new Set((await lock(old({ who: 'eve', process: 'boot room 6 ended' }), ['open'])).done)).toEqual(new Set(['lock']));
  });

  it('of somebody whose client turns out to be gone is told as left behind', async () => {
    expect(await lock(old({ who: 'eve' }), ['open', 'open', 'gone'])).toMatchObject({ result: { message: expect.stringMatching(/Its ssh session is gone/) as string }, done: ['lock', 'lock', 'lock'] });
  });

  it.each([
    ['what the same person left', old(), 'gone', ['look', 'take over', 'unlock']],
    ['not what somebody else left', old({ who: 'eve' }), 'gone', ['look']],
    ['not what a push holds that lives', old(), 'open', ['look']],
    ['nothing where nothing is', '', 'free', ['look']],
  ] as const)('a push with nothing to change clears %s', async (_, holder, session, words) => {
    expect((await lock(holder, [session], { clearing: true })).done).toEqual(words);
  });

  it('is kept in a new login for as long as it is held', async () => {
    const world = fakeWorld({ nodes: { a: { run: () => ({}) } } });
    const [outcome] = await world.connect([{ name: 'a', target: { text: 'a', host: 'a' }, become: 'auto' }], { perHop: 8 });
    if (outcome === undefined || !('connection' in outcome)) throw new Error('not connected');
    const resumed: (string | undefined)[] = [];
    const connection = { ...outcome.connection, onReconnect: (script: string | undefined) => void resumed.push(script) };
    const meanwhile = await withLock([{ connection, statePath: '/state', folders: [] }], mine, false, world, () => Promise.resolve([...resumed]));
    expect(meanwhile).toEqual([keepLockScript('/state', JSON.stringify(mine))]);
    expect(resumed.at(-1)).toBeUndefined();
  });

  it('is broken on purpose', async () => {
    expect(await lock('', ['free'], { breaking: true })).toMatchObject({ result: 'worked', done: ['break', 'lock', 'unlock'] });
  });
});
