import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { makeAsker } from '../../src/wizard/ask.ts';
import { reachDatabase } from '../../src/wizard/reach-database.ts';
import { nothingYet, type State } from '../../src/wizard/state.ts';
import type { DatabaseDrivers, DatabaseSession, TlsOffer } from '../../src/world/database.ts';
import type { NodeConnection } from '../../src/world.ts';
import { fakeWorld, type FakeProgram, type FakeWorld } from '../fake-world.ts';

const offer = (parts: Partial<Extract<TlsOffer, { offered: true }>> = {}): TlsOffer => ({ offered: true, subject: 'db', issuer: 'CA', topIssuer: 'Lab CA', names: ['DNS:db'], notAfter: new Date(0), ...parts });
const untrusted = { chainError: 'SELF_SIGNED_CERT_IN_CHAIN' };
const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

const session: DatabaseSession = {
  query: async () => [{ version: '16.4', client: '10.0.0.11', tables: 0, foreign_owned: 0, example: null, known: '' }],
  close: async () => {},
};
const refusal = (code: string, said: string): DatabaseDrivers['open'] => () => Promise.reject(Object.assign(new Error(said), { code }));

/** Each entry opens one session; the last one all that come after it. */
function inTurn(...opens: readonly DatabaseDrivers['open'][]): DatabaseDrivers['open'] {
  let turn = 0;
  return (request) => opens[Math.min(turn++, opens.length - 1)]!(request);
}

const connection: NodeConnection = { name: 'a', host: () => Promise.resolve('a'), login: { user: 'ops', become: 'sudo' }, run: () => Promise.reject(new Error('not asked')), dial: () => { throw new Error('the fake database dials nothing'); }, close: async () => {} };
const start: State = {
  ...nothingYet,
  answers: {
    ...nothingYet.answers, nodes: [{ name: 'graf-a', target: { text: 'h1', host: 'h1' } }, { name: 'graf-b', target: { text: 'h2', host: 'h2' } }], password: new Secret('hunter2'),
    database: { open: [], type: 'postgres', address: { host: 'db', port: 5432 }, name: 'grafana', user: 'grafana' },
  },
  seen: { ...nothingYet.seen, connections: new Map([['h1', connection], ['h2', connection]]) },
};

async function reach(program: FakeProgram, state: State = start) {
  const world: FakeWorld = fakeWorld({ probeTls: async () => offer(), open: async () => session, ...program });
  const taken = await reachDatabase(world).take(state, makeAsker(world, { yes: false, again: false }));
  return { world, taken };
}

describe('trying the database from the nodes', () => {
  it('says what is there when every node can use it', async () => {
    const { world, taken } = await reach({ answers: [] });
    expect(world.noted).toContain('  ✔ PostgreSQL 16.4, writable, empty, ssl_mode verify-full, 0 ms from all 2');
    expect(taken?.state.seen.paths.size).toBe(2);
  });

  it('asks for the CA file when a node does not trust the server, until it does', async () => {
    const { world, taken } = await reach({ answers: ['nowhere.pem', 'key.pem', 'ca.pem'], files: { '/work/key.pem': 'a key', '/work/ca.pem': pem }, probeTls: async ({ ca }) => (ca === pem ? offer() : offer(untrusted)) });
    expect(taken?.state.answers.database.caCert).toBe('/work/ca.pem');
    expect(world.noted.join('\n')).toMatch(/does not trust the CA "Lab CA"[^]*no file \/work\/nowhere.pem[^]*holds no PEM certificate/);
  });

  it('names the risk of plain text, and takes a no for an answer', async () => {
    const noTls = { probeTls: async () => ({ offered: false }) as const };
    expect((await reach({ answers: [true], ...noTls })).taken?.state.answers.database.sslMode).toBe('disable');
    expect((await reach({ answers: [false], ...noTls })).taken?.again).toEqual(['database', 'reach']);
  });

  it('tries a refused password on one node only, and has it typed again', async () => {
    const tried: string[] = [];
    const open: DatabaseDrivers['open'] = (request) => (tried.push(request.password.reveal()), refusal('28P01', 'password authentication failed for user "grafana"')(request));
    const { world, taken } = await reach({ answers: [], open });
    expect(tried).toEqual(['hunter2']);
    expect(taken?.again).toEqual(['password', 'reach']);
    expect(world.noted.join()).toContain('password authentication failed');
    expect(JSON.stringify([world.noted, world.questions])).not.toContain('hunter2');
  });

  it('prints the SQL for a missing database and tries again on Enter', async () => {
    const missing = refusal('3D000', 'database "grafana" does not exist');
    const { world, taken } = await reach({ answers: [''], open: inTurn(missing, missing, async () => session) });
    expect(world.noted.join('\n')).toContain('CREATE DATABASE grafana OWNER grafana;');
    expect(taken?.again).toEqual(['admin']);
  });

  it('goes back to the URL on e, and to the question before on Escape', async () => {
    const open = refusal('ECONNREFUSED', 'Connection refused');
    expect((await reach({ answers: ['e'], open })).taken?.again).toEqual(['database', 'reach']);
    expect((await reach({ answers: [undefined], open })).taken).toBeUndefined();
  });

  it('ends with exit 3 and the server’s words without a terminal', async () => {
    await expect(reach({ open: refusal('3D000', 'database "grafana" does not exist') })).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining('does not exist'), hint: expect.stringContaining('CREATE DATABASE') });
  });

  it('drops a first admin when the database turns out to have users', async () => {
    const admin = { kind: 'generated', password: new Secret('x') } as const;
    const used: DatabaseSession = { ...session, query: async () => [{ version: '16.4', client: '10.0.0.11', tables: 3, foreign_owned: 0, example: 'user', known: 'migration_log user', users: 2, dashboards: 0, encrypted: 0 }] };
    const { taken } = await reach({ answers: [], open: async () => used }, { ...start, answers: { ...start.answers, admin } });
    expect(taken?.state.answers.admin).toBeUndefined();
  });
});
