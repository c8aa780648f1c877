import { expect, it } from 'vitest';
import { follow } from '../../src/push/follow-migration.ts';
import type { MigrationView } from '../../src/push/watch-migration.ts';

/** What is said second by second of a start whose database shows these views, one a look; the last one stays. */
async function watch(views: readonly (MigrationView | undefined)[], seconds: number) {
  let now = 0;
  let look = 0;
  const told: number[] = [];
  const followed = follow(
    { watch: { look: () => Promise.resolve(views[Math.min(look++, views.length - 1)]), [Symbol.asyncDispose]: () => Promise.resolve() }, tell: (performed) => void told.push(performed) },
    { now: () => new Date(now), monotonic: () => now, sleep: () => Promise.resolve() },
  );
  const busy: number[] = [];
  for (; now <= seconds * 1000; now += 200) {
    if (followed.look() && now % 1000 === 0) busy.push(now / 1000);
    await new Promise(setImmediate);
  }
  return { told, looks: look, busyUntil: busy.at(-1) };
}

const at = (performed: number, locked = false): MigrationView => ({ performed, locked });

it('a short start needs no look', async () => {
  expect((await watch([at(0)], 2)).looks).toBe(0);
});

it('what grows goes on, and is told', async () => {
  expect(await watch([at(0), at(100), at(250), at(250)], 30)).toMatchObject({ told: [100, 250], busyUntil: expect.closeTo(20, -1) as number });
});

it('who holds the lock goes on as long as the lock is held', async () => {
  expect((await watch([at(5, true)], 120)).busyUntil).toBe(120);
});

it.each([['nothing grows', [at(700)]], ['nothing can be seen', [undefined]]])('a start where %s is no migration, once two looks were taken', async (_, views) => {
  expect(await watch(views, 60)).toMatchObject({ told: [], busyUntil: 4 });
});
