import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { migrationWatch } from '../../src/push/watch-migration.ts';
import type { DatabaseSession } from '../../src/world/database.ts';
import { fakeWorld } from '../fake-world.ts';
import { sampleCluster } from '../sample.ts';

type Query = DatabaseSession['query'];
const failure = (code: string | undefined): Error => Object.assign(new Error('no'), code === undefined ? {} : { code });

/** What so many looks see, one query function a login; an error refuses the login. */
async function looks(logins: readonly (Query | Error)[], times: number) {
  let opened = 0;
  const world = fakeWorld({
    nodes: { a: { dial: () => new Duplex({ read() {}, write() {} }) } },
    open: () => {
      const login = logins[Math.min(opened++, logins.length - 1)]!;
      return login instanceof Error ? Promise.reject(login) : Promise.resolve({ query: login, close: () => Promise.resolve() });
    },
  });
  const [outcome] = await world.connect([{ name: 'a', target: { text: 'a', host: 'a' }, become: 'auto' }], { perHop: 8 });
  if (outcome === undefined || !('connection' in outcome)) throw new Error('not connected');
  await using watch = migrationWatch({ database: sampleCluster().database, password: new Secret('pw'), ca: () => '' }, world)(outcome);
  const views = [];
  for (let time = 0; time < times; time += 1) views.push(await watch.look());
  return { views, opened };
}

const shows = (locked: unknown, performed: number | string | Error): Query => (text) =>
  text.includes('migration_log') ? performed instanceof Error ? Promise.reject(performed) : Promise.resolve([{ performed }]) : Promise.resolve([{ locked }]);

describe('a look at a migration', () => {
  it.each([
    ['of PostgreSQL', shows(true, '713'), { performed: 713, locked: true }],
    ['of MySQL', shows(1, 713), { performed: 713, locked: true }],
    ['that nobody makes', shows(0, 713), { performed: 713, locked: false }],
    ['before the first table', shows(true, failure('42P01')), { performed: 0, locked: true }],
    ['before the first table of MySQL', shows(1, failure('ER_NO_SUCH_TABLE')), { performed: 0, locked: true }],
  ] as const)('%s', async (_, query, view) => {
    expect(await looks([query], 2)).toEqual({ views: [view, view], opened: 1 });
  });

  it('is made in a new session when one ends in the middle', async () => {
    expect(await looks([shows(true, failure(undefined)), shows(false, 5)], 2)).toEqual({ views: [undefined, { performed: 5, locked: false }], opened: 2 });
  });

  it('waits for a database that is away', async () => {
    expect(await looks([failure('ECONNREFUSED'), shows(false, 5)], 2)).toEqual({ views: [undefined, { performed: 5, locked: false }], opened: 2 });
  });

  it('is not made again after a refused login: a password is tried once', async () => {
    expect(await looks([failure('28P01')], 3)).toEqual({ views: [undefined, undefined, undefined], opened: 1 });
  });
});
