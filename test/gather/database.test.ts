import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import type { DatabasePath } from '../../src/facts.ts';
import { gatherDatabase } from '../../src/gather/database.ts';
import type { DatabaseFailure, TlsOffer } from '../../src/world/database.ts';
import { fakeWorld } from '../fake-world.ts';
import { sampleCluster, samplePath } from '../sample.ts';

const { database } = sampleCluster();
const trusted = (samplePath().tls as { ok: true; facts: TlsOffer }).facts;

function failure(code: string, message = code): DatabaseFailure {
  return Object.assign(new Error(message), { code });
}

/** Tries the database from four nodes, each with its own outcome of the login; gives codes and the order of logins. */
async function tryFrom(outcomes: Readonly<Record<string, DatabaseFailure | 'ok' | 'unreachable'>>): Promise<{ codes: Readonly<Record<string, string>>; order: readonly string[]; together: number }> {
  const dials = new Map(Object.keys(outcomes).map((name) => [name, () => new PassThrough()]));
  const nameOf = (dial: unknown): string => [...dials].find(([, one]) => one === dial)![0];
  const order: string[] = [];
  let running = 0;
  let together = 0;
  const world = fakeWorld({
    probeTls: async ({ dial }) => {
      if (outcomes[nameOf(dial)] === 'unreachable') throw failure('ETIMEDOUT');
      return trusted;
    },
    open: async ({ dial }) => {
      order.push(nameOf(dial));
      together = Math.max(together, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      const outcome = outcomes[nameOf(dial)];
      if (outcome instanceof Error) throw outcome;
      return { query: async () => [{ tables: 0, known: '', client: '10.0.0.1', version: '16.4' }], close: async () => {} };
    },
  });
  const paths = [...dials].map(([name, dial]) => ({ name, dial, caBundle: 'PEM' }));
  const found = await gatherDatabase(database, { ok: true, facts: new Secret('pw') }, undefined, paths, world);
  const codeOf = ({ login }: DatabasePath): string => (login.ok ? 'ok' : login.code);
  return { codes: Object.fromEntries([...found].map(([name, path]) => [name, codeOf(path)])), order, together };
}

describe('trying a password', () => {
  it('goes to all other nodes at once when the first one was let in', async () => {
    const { codes, order, together } = await tryFrom({ a: 'ok', b: 'ok', c: 'ok', d: 'ok' });
    expect(codes).toEqual({ a: 'ok', b: 'ok', c: 'ok', d: 'ok' });
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    expect(together).toBe(3);
  });

  it.each(['28P01', '28000', 'ER_ACCESS_DENIED_ERROR'])('ends at the first node that is refused with %s', async (code) => {
    expect(await tryFrom({ a: failure(code), b: 'ok', c: 'ok' })).toMatchObject({ codes: { a: code, b: 'not-tried', c: 'not-tried' }, order: ['a'] });
  });

  it('goes on, one node at a time, while nothing has been said about the password', async () => {
    const tried = await tryFrom({ a: 'unreachable', b: failure('ECONNRESET'), c: failure('28000', 'no pg_hba.conf entry for host "10.0.0.3"'), d: failure('28P01') });
    expect(tried).toMatchObject({ codes: { a: 'ETIMEDOUT', b: 'ECONNRESET', c: '28000', d: '28P01' }, order: ['b', 'c', 'd'], together: 1 });
  });

  it('is right when the server then misses something else', async () => {
    expect(await tryFrom({ a: failure('3D000'), b: failure('3D000') })).toMatchObject({ order: ['a', 'b'] });
  });

  it('does not happen without a password, or where Grafana would refuse the certificate', async () => {
    const probing = (offer: TlsOffer) => fakeWorld({ probeTls: async () => offer });
    const path = { name: 'a', dial: () => new PassThrough(), caBundle: '' };
    const without = await gatherDatabase(database, { ok: false, missing: 'no password' }, undefined, [path], probing(trusted));
    expect(without.get('a')).toMatchObject({ tls: { ok: true }, login: { code: 'not-tried', said: 'no password' } });
    const untrusted = await gatherDatabase(database, { ok: true, facts: new Secret('pw') }, undefined, [path], probing({ offered: false }));
    expect(untrusted.get('a')).toMatchObject({ login: { code: 'not-tried' } });
    const noCa = await gatherDatabase(database, { ok: true, facts: new Secret('pw') }, { ok: false, missing: 'there is no file ca.pem' }, [path], fakeWorld());
    expect(noCa.get('a')).toMatchObject({ tls: { ok: false }, login: { code: 'not-tried', said: 'there is no file ca.pem' } });
  });
});

it('measures the way with the quickest of three questions: who is busy for a moment is not far away', async () => {
  let now = 0;
  const took = [90, 44, 60];
  const world = fakeWorld({
    probeTls: async () => trusted,
    open: async () => ({ query: async (sql) => {
      if (sql === 'select 1') now += took.shift()!;
      return [{ tables: 0, known: '', client: '10.0.0.1', version: '16.4' }];
    }, close: async () => {} }),
  });
  const clock = { monotonic: () => now };
  const found = await gatherDatabase(database, { ok: true, facts: new Secret('pw') }, undefined, [{ name: 'a', dial: () => new PassThrough(), caBundle: 'PEM' }], { database: world.database, local: world.local, clock });
  expect(found.get('a')).toMatchObject({ login: { ok: true, roundTripMs: 44 } });
  expect(took).toEqual([]);
  took.push(4.4, 60);
  expect((await gatherDatabase(database, { ok: true, facts: new Secret('pw') }, undefined, [{ name: 'a', dial: () => new PassThrough(), caBundle: 'PEM' }], { database: world.database, local: world.local, clock })).get('a')).toMatchObject({ login: { ok: true, roundTripMs: 5 } });
  // Nobody asks again whether near is near.
  expect(took).toEqual([60]);
});
