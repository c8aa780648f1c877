import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeRefusals } from '../../src/io/openssh-refusals.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('refusals', () => {
  it('come in order, whether said before or after they are wanted', async () => {
    const refusals = makeRefusals();
    refusals.said('first');
    const wanted = [refusals.next(), refusals.next()];
    refusals.said('second');
    expect(await Promise.all(wanted)).toEqual(['first', 'second']);
  });

  it('of a stream that was given up are not told to the next one', async () => {
    const refusals = makeRefusals();
    refusals.said('old');
    vi.advanceTimersByTime(1_000);
    const wanted = refusals.next();
    refusals.said('new');
    expect(await wanted).toBe('new');
  });

  it('that never come are not waited for', async () => {
    const refusals = makeRefusals();
    const wanted = refusals.next();
    vi.advanceTimersByTime(1_000);
    expect(await wanted).toBeUndefined();
    refusals.said('late');
    expect(await refusals.next()).toBe('late');
  });
});
