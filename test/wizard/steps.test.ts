import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import type { DatabasePath, NodeFacts, SchemaFacts } from '../../src/facts.ts';
import type { InitFlags } from '../../src/wizard/flags.ts';
import { makeCluster } from '../../src/wizard/make-cluster.ts';
import { nothingYet, type State } from '../../src/wizard/state.ts';
import { makeSteps } from '../../src/wizard/steps.ts';
import { walk } from '../../src/wizard/walk.ts';
import { fakeWorld, type FakeProgram, type FakeWorld } from '../fake-world.ts';

const escape = undefined;

function facts(name: string, edition: 'oss' | 'enterprise'): NodeFacts {
  return {
    hostName: name, system: 'debian 12', systemd: true, configPath: '/etc/grafana/grafana.ini',
    grafana: { version: '12.2.0', edition, homePath: '/usr/share/grafana' },
    service: { unit: 'grafana-server', known: true, active: true, enabled: true, restarts: 0, user: 'grafana', group: 'grafana' },
    environment: [], arguments: [], secretFiles: new Map(), files: new Map(), clockAheadSeconds: 0,
    addresses: [], sourceAddresses: new Map([['peer', name === 'graf-a' ? '10.0.0.11' : '10.0.0.12']]),
  };
}

function path(schema: SchemaFacts): DatabasePath {
  return {
    tls: { ok: true, facts: { offered: false } }, login: { ok: true, roundTripMs: 1, clientAddress: '10.0.0.11' },
    server: { engine: 'postgres', version: '16.4', schema, writable: { ok: true, how: 'by a transaction' } },
  };
}

/** As it stands once the nodes were looked at and the database was tried. */
function seen(schema: SchemaFacts = { kind: 'empty' }, edition: 'oss' | 'enterprise' = 'oss'): State {
  const names = ['graf-a', 'graf-b'];
  return {
    answers: { ...nothingYet.answers, nodes: names.map((name, index) => ({ name, target: { text: `ops@10.0.0.1${index + 1}`, user: 'ops', host: `10.0.0.1${index + 1}` } })) },
    seen: { connections: new Map(), nodes: new Map(names.map((name) => [name, facts(name, edition)])), paths: new Map(names.map((name) => [name, path(schema)])) },
  };
}

const live = ['file', 'nodes', 'sqlite', 'reach'];

async function run(program: FakeProgram, flags: Partial<InitFlags> = {}, start: State = seen()): Promise<{ world: FakeWorld; state: State }> {
  const world = fakeWorld({ lookup: async () => undefined, ...program });
  const all: InitFlags = { file: 'grafana-ha.ini', output: 'rendered', ...flags };
  const steps = makeSteps(world, all).filter(({ id }) => !live.includes(id));
  return { world, state: await walk(steps, start, world, all.yes === true) };
}

const typed = ['postgres://grafana@db.example.com/grafana', 's3cret', 'nodes', 'https://grafana.example.com', true, true, 'grafana'] as const;
const titles = (world: FakeWorld): readonly string[] => world.questions.map((question) => question.trim().slice(0, 22));

describe('the questions of init', () => {
  it('come in the order of the screen', async () => {
    const { world, state } = await run({ answers: typed });
    expect(titles(world)).toEqual(['2 Database URL, withou', 'Password  Tried once, ', 'Where shall it live?  ', '3 URL people will type', '4 First admin: "admin"', '5 Gossip: 10.0.0.11 10', '6 Cluster name  Labels']);
    expect(makeCluster(state.answers, { perHop: 8 })).toMatchObject({
      name: 'grafana', rootUrl: 'https://grafana.example.com/',
      nodes: [{ name: 'graf-a' }, { name: 'graf-b' }],
      database: { type: 'postgres', address: { host: 'db.example.com', port: 5432 }, name: 'grafana', user: 'grafana', password: { kind: 'nodes' }, sslMode: 'verify-full' },
      security: { secretKey: { kind: 'nodes' }, adminUser: 'admin', adminPassword: { kind: 'file', path: '~/.config/grafana-ha/grafana/admin_password' } },
      alerting: { mode: 'gossip', port: 9094, label: 'grafana' },
    });
  });

  it('give one line of why each', async () => {
    const { world } = await run({ answers: typed });
    expect(world.questions.every((question) => /(\S|\n) {2}\S/.test(question))).toBe(true);
  });

  const everything: Partial<InitFlags> = {
    dsn: 'mysql://grafana@db.example.com/grafana', dbPassword: 'env:DB', sslMode: 'skip-verify', dbCa: 'ca.pem', rootUrl: 'https://g.example.com/sub', adminPassword: 'env:ADMIN',
    gossip: ['graf-a=10.1.0.1', 'graf-b=10.1.0.2:9095'], gossipPort: '9099', name: 'prod',
  };

  it('are all answered by flags, through the same parsers, without a terminal', async () => {
    const { world, state } = await run({ env: { DB: 's3cret' } }, everything);
    expect(world.questions).toEqual([]);
    expect(makeCluster(state.answers, { perHop: 8 })).toMatchObject({
      name: 'prod', rootUrl: 'https://g.example.com/sub/',
      nodes: [{ gossipAddress: { host: '10.1.0.1', port: 9099 } }, { gossipAddress: { host: '10.1.0.2', port: 9095 } }],
      database: { type: 'mysql', address: { port: 3306 }, sslMode: 'skip-verify', caCert: '/work/ca.pem', password: { kind: 'env', name: 'DB' } },
      security: { adminPassword: { kind: 'env', name: 'ADMIN' } },
    });
  });

  it('take their defaults with --yes', async () => {
    const { world, state } = await run({ env: { DB: 's3cret' } }, { dsn: 'postgres://u@h/d', dbPassword: 'env:DB', rootUrl: 'https://mon.example.com', yes: true });
    expect(world.questions).toEqual([]);
    expect(state.answers).toMatchObject({ name: 'mon', gossipPort: 9094, admin: { kind: 'generated' } });
  });

  it.each([
    ['dsn', /--dsn/], ['dbPassword', /--db-password/], ['rootUrl', /--root-url/], ['adminPassword', /--admin-password/], ['gossip', /--gossip/], ['name', /--name/],
  ] as const)('name the flag that is missing without a terminal: %s', async (missing, flag) => {
    const { [missing]: _, ...rest } = everything;
    await expect(run({ env: { DB: 's3cret' } }, rest)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(flag) });
  });

  it.each([
    [{ dsn: 'postgres://u:hunter2@h/d' }, /password/],
    [{ dsn: 'postgres://u@h/d?foo=bar' }, /foo/],
    [{ dsn: 'postgres://u@h:99999/d' }, /99999/],
    [{ gossipPort: '99999' }, /99999/],
    [{ gossip: ['graf-c=10.0.0.1'] }, /graf-c/],
    [{ gossip: ['graf-a=db.example.com'] }, /host name/],
    [{ rootUrl: 'grafana.example.com' }, /https/],
    [{ dbPassword: 'hunter2' }, /--db-password/],
    [{ dbPassword: 'env:NOTHING' }, /NOTHING/],
    [{ name: 'a b' }, /--name/],
    [{ sslMode: 'verify-full' }, /verify-full/],
    [{ license: 'nowhere.jwt' }, /nowhere/],
  ] as const)('refuse a wrong flag with exit 2 and without repeating a secret: %j', async (wrong, found) => {
    const error: unknown = await run({ env: { DB: 's3cret' } }, { ...everything, ...wrong }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(found) });
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('hunter2');
  });

  it('are asked part by part when no URL is pasted', async () => {
    const { world, state } = await run({ answers: ['', 'mysql', 'db.example.com', '', '', ...typed.slice(1)] });
    expect(titles(world).slice(1, 5).map((title) => title.split('  ')[0])).toEqual(['Database engine', 'Database host', 'Database name', 'Database user']);
    expect(state.answers.database).toMatchObject({ type: 'mysql', address: { host: 'db.example.com', port: 3306 }, name: 'grafana', user: 'grafana' });
  });

  it('ask only for what the pasted URL leaves open', async () => {
    const { world } = await run({ answers: ['postgres://db.example.com', 'graf', 'grafu', ...typed.slice(1)] });
    expect(titles(world).slice(1, 3).map((title) => title.split('  ')[0])).toEqual(['Database name', 'Database user']);
  });

  it('take a password pasted with the URL, and never show it', async () => {
    const { world, state } = await run({ answers: ['postgres://grafana:hunter2@db/grafana', ...typed.slice(2)] });
    expect(state.answers.password?.reveal()).toBe('hunter2');
    expect(titles(world)).not.toContain('Password  Tried once, ');
    expect(JSON.stringify([world.noted, world.printed, world.questions])).not.toContain('hunter2');
  });

  it('refuse a PostgreSQL password with a space and ask again', async () => {
    const { world, state } = await run({ answers: [typed[0], 'two words', 's3cret', ...typed.slice(2)] });
    expect(state.answers.password?.reveal()).toBe('s3cret');
    expect(world.noted.join()).toMatch(/The password holds a space/);
  });

  it('walk back over every question on Escape', async () => {
    const back = Array<undefined>(6).fill(escape);
    const { world } = await run({ answers: [...typed.slice(0, 6), ...back, escape, ...typed] });
    expect(titles(world).slice(7, 13).map((title) => title.slice(0, 8))).toEqual(['5 Gossip', '4 First ', '3 URL pe', 'Where sh', 'Password', '2 Databa']);
  });

  it('keep a place for the password and say when nothing is there yet', async () => {
    const { world, state } = await run({ answers: [typed[0], 's3cret', 'env', escape, 'file', 'db.txt', ...typed.slice(3)] });
    expect(state.answers.passwordSource).toEqual({ kind: 'file', path: '/work/db.txt' });
    expect(world.noted.join()).toContain('db.txt is not there yet');
  });

  it('ask for the first admin only when the database is empty', async () => {
    const { world, state } = await run({ answers: typed.filter((_, index) => index !== 4) }, {}, seen({ kind: 'grafana', users: 3, dashboards: 2, encryptedRows: 1 }));
    expect(world.questions.join()).not.toContain('First admin');
    expect(makeCluster(state.answers, { perHop: 8 }).security.adminPassword).toBeUndefined();
  });

  it('ask for another place of the admin\'s password on a no', async () => {
    const { state } = await run({ answers: [...typed.slice(0, 4), false, 'command:pass show grafana', ...typed.slice(5)] });
    expect(state.answers.admin).toEqual({ kind: 'source', source: { kind: 'command', words: ['pass', 'show', 'grafana'] } });
  });

  const token = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
  const good = token({ sub: 'https://grafana.example.com/', exp: 1_900_000_000, prod: ['grafana-enterprise'] });
  const expired = token({ sub: 'https://grafana.example.com/', exp: 1_500_000_000, prod: ['grafana-enterprise'] });

  it('ask for the license only on Enterprise, and again while it does not fit', async () => {
    const answers = [...typed.slice(0, 5), 'nowhere.jwt', 'old.jwt', 'new.jwt', ...typed.slice(5)];
    const { world, state } = await run({ answers, files: { '/work/old.jwt': expired, '/work/new.jwt': good } }, {}, seen({ kind: 'empty' }, 'enterprise'));
    expect(state.answers.license).toBe('/work/new.jwt');
    expect(world.noted.join()).toMatch(/no file \/work\/nowhere.jwt.*expired/s);
  });

  it('take typed gossip addresses on a no', async () => {
    const { state } = await run({ answers: [...typed.slice(0, 5), false, 'graf-a=10.9.0.1:9095 graf-b=10.9.0.2:9095', 'grafana'] });
    expect(makeCluster(state.answers, { perHop: 8 })).toMatchObject({ alerting: { port: 9095 }, nodes: [{ gossipAddress: { host: '10.9.0.1', port: 9095 } }, { gossipAddress: { host: '10.9.0.2' } }] });
  });

  it('say when the shared URL does not resolve, and accept it', async () => {
    const { world } = await run({ answers: typed });
    expect(world.noted.join()).toContain('grafana.example.com does not resolve yet');
  });

  it('adopt a password that the nodes have for this database', async () => {
    const start = seen({ kind: 'grafana', users: 1, dashboards: 0, encryptedRows: 0 });
    const config = { path: '/etc/grafana/grafana.ini', realPath: '/etc/grafana/grafana.ini', sha256: '', owner: 'root:grafana', mode: '640', fileSystem: 'ext4', mountPoint: false,
      text: '[database]\ntype = postgres\nhost = db.example.com:5432\nname = grafana\nuser = grafana\npassword = $__file{/s}\n' };
    const held: State = { ...start, seen: { ...start.seen, nodes: new Map([...start.seen.nodes].map(([name, node]) => [name, { ...node, config, defaults: '', secretFiles: new Map([['/s', new Secret('s3cret')]]) }])) } };
    const { world, state } = await run({ answers: [typed[0], ...typed.slice(3, 4), ...typed.slice(5)] }, {}, held);
    expect(state.answers.password?.reveal()).toBe('s3cret');
    expect(world.questions.join()).not.toContain('Password');
  });
});
