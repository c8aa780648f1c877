import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import nodeHttp from 'node:http';
import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { http } from '../../src/io/http.ts';
import { openPostgres } from '../../src/io/postgres.ts';
import type { NodeConnection } from '../../src/world.ts';
import { adminPassword } from '../lab/database/postgres.ts';
import { startPostgres } from './servers.ts';
import { connected, sshWith, target } from './ssh-world.ts';
import { freePort, makePerson, makeTestFolder, makeUsers, startSshd, type Sshd } from './sshd.ts';

const folder = makeTestFolder();
const person = makePerson(folder);
const host = '127.0.0.1';
const shells = ['/bin/bash', '/bin/rbash', '/bin/dash', '/usr/bin/fish', '/usr/bin/tcsh'];
const nameOf = (shell: string) => `gha-relay-${shell.split('/').at(-1)}`;
let sshds: readonly Sshd[];
let users: ReturnType<typeof makeUsers>;
let node: NodeConnection;
let single: NodeConnection;

beforeAll(async () => {
  users = makeUsers(shells.map((shell) => ({ name: nameOf(shell), shell })));
  for (const name of shells.map(nameOf)) {
    mkdirSync(`/home/${name}/.config/fish`, { recursive: true });
    for (const file of ['.bashrc', '.tcshrc', '.config/fish/config.fish']) writeFileSync(`/home/${name}/${file}`, `echo Welcome; printf 'no newline'\n`);
  }
  sshds = [await startSshd(folder, person.publicKey, ['AllowTcpForwarding no']), await startSshd(folder, person.publicKey, ['AllowTcpForwarding no', 'MaxSessions 1'])];
  person.trusts(...sshds);
  const outcomes = await sshWith().connect(sshds.map(({ port }, index) => target(`graf-${index}`, 'root', port)), { config: person.config('config') });
  [node, single] = outcomes.map(connected) as [NodeConnection, NodeConnection];
});

afterAll(async () => {
  await Promise.all([node.close(), single.close()]);
  await Promise.all(sshds.map((sshd) => sshd.stop()));
  users.remove();
  rmSync(folder, { recursive: true });
});

async function echoing(): Promise<{ readonly port: number; close(): void }> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket)).listen(0, host);
  await once(server, 'listening');
  return { port: (server.address() as net.AddressInfo).port, close: () => void server.close() };
}

const errorOf = async (connection: NodeConnection, address: { host: string; port: number }) => (await once(connection.dial(address), 'error'))[0] as NodeJS.ErrnoException;
const relays = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0relay\0');
  } catch {
    return false; // it ended while we looked
  }
});

describe('a node whose sshd forwards nothing', () => {
  it('carries a query over TLS in its shell', async () => {
    const server = await startPostgres();
    const session = await openPostgres({
      type: 'postgres', dial: node.dial, address: { host, port: server.port }, user: 'postgres', name: 'postgres',
      password: new Secret(adminPassword), tls: { verify: 'name', ca: server.ca, serverName: 'db.lab' },
    });
    expect(await session.query('select length($1::text) as n', ['x'.repeat(1_000_000)])).toEqual([{ n: 1_000_000 }]);
    await session.close();
    await server.stop();
  });

  it('carries a health question', async () => {
    const server = nodeHttp.createServer((request, response) => response.end(`{"database":"ok"} ${request.url}`)).listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const answer = await http().request({ dial: () => node.dial({ host, port }), host, path: '/api/health', timeoutMs: 10_000 });
    expect(answer).toMatchObject({ status: 200, body: '{"database":"ok"} /api/health' });
    server.close();
  });

  it.each<[string, () => Promise<{ host: string; port: number }>, string]>([
    ['refused', async () => ({ host, port: await freePort() }), 'ECONNREFUSED'],
    ['not to be found', async () => ({ host: 'no.such.host.invalid', port: 5432 }), 'ENOTFOUND'],
  ])('says with Node\'s code that an address is %s', async (_, address, code) => {
    expect(await errorOf(node, await address())).toMatchObject({ code, message: expect.stringContaining('forwards no connections') as string });
  });

  it('loses nothing of what was written before the first refusal, in many streams at once, and leaves no process', async () => {
    const server = await echoing();
    const [outcome] = await sshWith().connect([target('fresh', 'root', sshds[0]!.port)], { config: person.config('fresh') });
    const sent = Array.from({ length: 12 }, () => randomBytes(200_000));
    const back = await Promise.all(sent.map(async (bytes) => {
      const stream = connected(outcome).dial({ host, port: server.port });
      stream.write(bytes);
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        if (chunks.reduce((sum, { length }) => sum + length, 0) === bytes.length) stream.end();
      }
      return Buffer.concat(chunks);
    }));
    expect(back.map((bytes, index) => bytes.equals(sent[index]!))).toEqual(sent.map(() => true));
    const idle = connected(outcome).dial({ host, port: server.port });
    idle.write('x');
    await once(idle, 'data');
    await connected(outcome).close();
    await vi.waitUntil(() => relays().length === 0, { timeout: 10_000 });
    server.close();
  });

  it.each(shells.map(nameOf))('needs no particular login shell, nor a quiet one: %s', async (user) => {
    const server = await echoing();
    const [outcome] = await sshWith().connect([{ ...target('graf', user, sshds[0]!.port), become: 'none' }], { config: person.config(user) });
    const stream = connected(outcome).dial({ host, port: server.port });
    stream.end('hello');
    expect((await buffer(stream)).toString()).toBe('hello');
    await connected(outcome).close();
    server.close();
  });

  it('and gives no second session says what it needs', async () => {
    expect(await errorOf(single, { host, port: sshds[0]!.port })).toMatchObject({ code: 'ESSH', message: expect.stringMatching(/AllowTcpForwarding yes, or MaxSessions 2/) as string });
    expect((await single.run('echo still here')).stdout).toBe('still here\n');
  });
});
