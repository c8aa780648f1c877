import { describe, expect, it } from 'vitest';
import type { TextQuestion } from '../../src/wizard/ask.ts';
import { walk, type Step } from '../../src/wizard/walk.ts';
import { accepted, refused } from '../../src/cluster/parsed.ts';
import { UserError } from '../../src/errors.ts';
import { fakeWorld } from '../fake-world.ts';

type State = Readonly<Record<string, string>>;

const question = (id: string): TextQuestion<string> => ({
  title: id, why: '', flag: `--${id} TEXT`, parse: (text) => (text === 'bad' ? refused('that is bad', 'Type good') : accepted(text)), format: String,
});

interface Offer { readonly given?: string; readonly fallback?: string; readonly needed?: (state: State) => boolean; readonly again?: readonly string[] }

function step(id: string, { given, fallback, needed = () => true, again = [] }: Offer = {}): Step<State> {
  return {
    id,
    needed,
    take: async (state, ask) => {
      const answer = await ask.text(question(id), { given, fallback, former: state[id] });
      return answer === undefined ? undefined : { state: { ...state, [id]: answer }, again };
    },
  };
}

const escape = undefined;
const asked = (world: ReturnType<typeof fakeWorld>): readonly string[] => world.questions.map((message) => message.split('\n')[0]!);

describe('walking through the steps', () => {
  it('asks in order and keeps every answer', async () => {
    const world = fakeWorld({ answers: ['1', '2', '3'] });
    expect(await walk([step('a'), step('b'), step('c')], {}, world, false)).toEqual({ a: '1', b: '2', c: '3' });
    expect(asked(world)).toEqual(['a', 'b', 'c']);
  });

  it('goes back on Escape to the last step that asked, over those that a flag answered', async () => {
    const world = fakeWorld({ answers: ['1', escape, 'one', '3'] });
    expect(await walk([step('a'), step('b', { given: 'flag' }), step('c')], {}, world, false)).toEqual({ a: 'one', b: 'flag', c: '3' });
    expect(asked(world)).toEqual(['a', 'c', 'a', 'c']);
  });

  it('goes back several steps on several Escapes', async () => {
    const world = fakeWorld({ answers: ['1', '2', escape, escape, 'one', 'two', '3'] });
    expect(await walk([step('a'), step('b'), step('c')], {}, world, false)).toEqual({ a: 'one', b: 'two', c: '3' });
    expect(asked(world)).toEqual(['a', 'b', 'c', 'b', 'a', 'b', 'c']);
  });

  it('stays at the first question on Escape', async () => {
    const world = fakeWorld({ answers: [escape, '1'] });
    expect(await walk([step('a')], {}, world, false)).toEqual({ a: '1' });
    expect(world.noted.join()).toContain('first question');
  });

  it('leaves out what is not needed, also on the way back', async () => {
    const world = fakeWorld({ answers: ['no', escape, 'yes', 'now', '3'] });
    const steps = [step('a'), step('b', { needed: ({ a }) => a === 'yes' }), step('c')];
    expect(await walk(steps, {}, world, false)).toEqual({ a: 'yes', b: 'now', c: '3' });
    expect(asked(world)).toEqual(['a', 'c', 'a', 'b', 'c']);
  });

  it('takes a step again when a later one says so, whatever its flag said', async () => {
    const world = fakeWorld({ answers: ['2', 'corrected', 'again'] });
    let first = true;
    const check: Step<State> = { id: 'check', needed: () => true, take: async (state) => {
      const again = first ? { again: ['a', 'b', 'check'] } : {};
      first = false;
      return { state, ...again };
    } };
    expect(await walk([step('a', { given: 'flag' }), step('b'), check], {}, world, false)).toEqual({ a: 'corrected', b: 'again' });
    expect(asked(world)).toEqual(['b', 'a', 'b']);
  });

  it('takes defaults with --yes, and asks what has none', async () => {
    const world = fakeWorld({ answers: ['2'] });
    expect(await walk([step('a', { fallback: 'default' }), step('b')], {}, world, true)).toEqual({ a: 'default', b: '2' });
    expect(asked(world)).toEqual(['b']);
  });

  it('shows flags and defaults as typed answers look', async () => {
    const world = fakeWorld({});
    await walk([step('a', { given: 'flag' })], {}, world, false);
    expect(world.noted).toEqual(['a\n> flag']);
  });

  it('says why an answer is wrong and asks again', async () => {
    const world = fakeWorld({ answers: ['bad', 'good'] });
    expect(await walk([step('a')], {}, world, false)).toEqual({ a: 'good' });
    expect(world.noted.join()).toContain('That is bad. Type good');
  });

  it.each([
    ['names the flag', step('a'), false, '--a TEXT.'],
    ['names the flag and --yes where there is a default', step('a', { fallback: 'x' }), false, '--a TEXT, or --yes for the default.'],
    ['refuses a wrong flag', step('a', { given: 'bad' }), true, 'Type good'],
  ])('without a terminal %s, exit 2', async (_, only, yes, hint) => {
    const error = await walk([only], {}, fakeWorld({}), yes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(2);
    expect((error as UserError).hint).toContain(hint);
  });
});
