import { describe, expect, it } from 'vitest';
import type { SqliteFacts } from '../../src/facts.ts';
import { makeAsker } from '../../src/wizard/ask.ts';
import { askSqlite } from '../../src/wizard/ask-sqlite.ts';
import type { InitFlags } from '../../src/wizard/flags.ts';
import { nothingYet, type State } from '../../src/wizard/state.ts';
import { fakeWorld, type FakeProgram } from '../fake-world.ts';

const nothing = { users: 0, dashboards: 0, dataSources: 0, alertRules: 0 };

function seen(sqlite: SqliteFacts, type = 'sqlite3'): State {
  return { ...nothingYet, seen: { ...nothingYet.seen, nodes: new Map([['graf-a', {
    hostName: 'graf-a', system: 'debian 12', systemd: true, configPath: '/etc/grafana/grafana.ini', defaults: `[database]\ntype = ${type}\n`,
    service: { unit: 'grafana-server', known: true, active: true, enabled: true, restarts: 0, user: 'grafana', group: 'grafana' },
    environment: [], arguments: [], secretFiles: new Map(), files: new Map(), addresses: [], sourceAddresses: new Map(), clockAheadSeconds: 0, sqlite,
  }]]) } };
}

async function ask(program: FakeProgram, state: State, flags: Partial<InitFlags> = {}) {
  const world = fakeWorld(program);
  const taken = await askSqlite(world, { file: 'f', output: 'o', ...flags }).take(state, makeAsker(world, { yes: flags.yes === true, again: false }));
  return { world, taken };
}

describe('what SQLite would leave behind', () => {
  it('is nothing to ask about when only the default user is there', async () => {
    const { world } = await ask({}, seen({ path: '/var/lib/grafana/grafana.db', counts: nothing }));
    expect(world.noted).toEqual(['  SQLite holds nothing but the default user.']);
  });

  it('is nothing to ask about on a node that works on a shared database', async () => {
    const { world } = await ask({}, seen({ path: '/g.db', counts: { ...nothing, dashboards: 4 } }, 'postgres'));
    expect(world.questions).toEqual([]);
  });

  it.each([
    [{ path: '/g.db', counts: { users: 1, dashboards: 12, dataSources: 2, alertRules: 0 } }, '/g.db holds 1 user, 12 dashboards, 2 data sources'],
    [{ path: '/g.db', why: 'no sqlite3 and no python3 there' }, 'could not be counted: no sqlite3 and no python3 there'],
  ])('is named: %j', async (sqlite, words) => {
    const { world, taken } = await ask({ answers: [true] }, seen(sqlite));
    expect(world.noted.join()).toContain(words);
    expect(taken?.state.answers.leaveSqlite).toBe(true);
  });

  it('comes with what moving means when running nodes are read', async () => {
    const { world } = await ask({ answers: [true] }, seen({ path: '/g.db', counts: { ...nothing, dashboards: 4 } }), { from: ['a', 'b'] });
    expect(world.noted.join('\n')).toMatch(/4 dashboards[^]*cannot move SQLite[^]*way back/);
  });

  it('is nothing of a node whose url names a shared database', async () => {
    const state = seen({ path: '/g.db', counts: { ...nothing, dashboards: 4 } });
    const byUrl = new Map([...state.seen.nodes].map(([name, facts]) => [name, { ...facts, defaults: '[database]\ntype = sqlite3\nurl = postgres://grafana:x@db/grafana\n' }]));
    expect((await ask({}, { ...state, seen: { ...state.seen, nodes: byUrl } })).world.questions).toEqual([]);
  });

  it('leads back to the nodes on a no', async () => {
    expect((await ask({ answers: [false] }, seen({ path: '/g.db', counts: { ...nothing, users: 3 } }))).taken?.again).toEqual(['nodes', 'sqlite']);
  });

  it('is accepted by its flag, and never by --yes', async () => {
    const state = seen({ path: '/g.db', counts: { ...nothing, users: 3 } });
    expect((await ask({}, state, { leaveSqlite: true })).taken?.state.answers.leaveSqlite).toBe(true);
    await expect(ask({}, state, { yes: true })).rejects.toMatchObject({ exitCode: 3, hint: expect.stringContaining('--leave-sqlite') });
    await expect(ask({}, state)).rejects.toMatchObject({ exitCode: 2, hint: expect.stringContaining('--leave-sqlite') });
  });
});
