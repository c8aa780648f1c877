import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { openMysql } from '../../src/io/mysql.ts';
import { openPostgres } from '../../src/io/postgres.ts';
import type { DatabaseRequest } from '../../src/world/database.ts';
import type { NodeConnection } from '../../src/world.ts';
import { adminPassword } from '../lab/database/postgres.ts';
import { type Server, startMariadb, startPostgres } from './servers.ts';
import { connected, sshWith, target } from './ssh-world.ts';
import { freePort, makePerson, makeTestFolder, startSshd, type Sshd } from './sshd.ts';

const folder = makeTestFolder();
const person = makePerson(folder);
let sshd: Sshd;
let node: NodeConnection;

beforeAll(async () => {
  sshd = await startSshd(folder, person.publicKey);
  person.trusts(sshd);
  const [outcome] = await sshWith().connect([target('graf-a', 'root', sshd.port)], { config: person.config('config') });
  node = connected(outcome);
});

afterAll(async () => {
  await node.close();
  await sshd.stop();
  rmSync(folder, { recursive: true });
});

describe.each([
  { type: 'postgres', start: startPostgres, open: openPostgres, user: 'postgres', name: 'postgres', length: 'select length($1::text) as n', wrong: '28P01' },
  { type: 'mysql', start: startMariadb, open: openMysql, user: 'lab', name: 'mysql', length: 'select length(?) as n', wrong: 'ER_ACCESS_DENIED_ERROR' },
] as const)('the $type driver over a node', (engine) => {
  let server: Server;
  const open = (change: Partial<DatabaseRequest> = {}) => engine.open({
    type: engine.type, dial: node.dial, address: { host: '127.0.0.1', port: server.port }, user: engine.user, name: engine.name,
    password: new Secret(adminPassword), tls: { verify: 'name', ca: server.ca, serverName: 'db.lab' }, ...change,
  });

  beforeAll(async () => void (server = await engine.start()));
  afterAll(() => server.stop());

  it('carries 3 MB over TLS with the name checked', async () => {
    const session = await open();
    const [row] = await session.query(engine.length, ['x'.repeat(3_000_000)]);
    expect(Number(row?.['n'])).toBe(3_000_000);
    await session.close();
  });

  it.each<[string, () => Promise<Partial<DatabaseRequest>>, unknown]>([
    ['a closed port', async () => ({ address: { host: '127.0.0.1', port: await freePort() } }), 'ECONNREFUSED'],
    ['an unknown host', async () => ({ address: { host: 'no.such.host.invalid', port: 1 } }), 'ENOTFOUND'],
    ['a wrong name in the certificate', async () => ({ tls: { verify: 'name', ca: server.ca, serverName: 'other.test' } }), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['an unknown authority', async () => ({ tls: { verify: 'chain', serverName: 'db.lab' } }), expect.stringMatching(/SELF_SIGNED|UNABLE_TO/)],
    ['a wrong password', async () => ({ password: new Secret('wrong') }), engine.wrong],
  ])('gives %s its own code', async (_, change, code) => {
    await expect(open(await change())).rejects.toMatchObject({ code });
  });
});
