import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../world.ts';

/** The machine's own clock. */
export function makeClock(): Clock {
  return {
    now: () => new Date(),
    monotonic: () => performance.now(),
    sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, signal ? { signal } : {}),
  };
}
