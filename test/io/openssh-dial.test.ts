import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialLater } from '../../src/io/openssh-dial.ts';
import { http as httpOver } from '../../src/io/http.ts';
import type { NodeConnection } from '../../src/world.ts';
import { connected, sshWith, target } from './ssh-world.ts';
import { freePort, makePerson, makeTestFolder, startSshd, type Sshd } from './sshd.ts';

const folder = makeTestFolder();
const person = makePerson(folder);
let sshds: readonly Sshd[];
let node: NodeConnection;
const host = '127.0.0.1';

beforeAll(async () => {
  sshds = [await startSshd(folder, person.publicKey)];
  person.trusts(...sshds);
  const outcomes = await sshWith().connect(sshds.map(({ port }, index) => target(`graf-${index}`, 'root', port)), { config: person.config('config') });
  node = connected(outcomes[0]);
});

afterAll(async () => {
  await node.close();
  await Promise.all(sshds.map((sshd) => sshd.stop()));
  rmSync(folder, { recursive: true });
});

async function listening(onConnection: (socket: net.Socket) => void): Promise<{ readonly port: number; close(): void }> {
  const server = net.createServer({ allowHalfOpen: true }, onConnection).listen(0, host);
  await once(server, 'listening');
  return { port: (server.address() as net.AddressInfo).port, close: () => void server.close() };
}

async function errorOf(connection: NodeConnection, address: { host: string; port: number }): Promise<NodeJS.ErrnoException> {
  const [error] = await once(connection.dial(address), 'error').catch((failure: unknown) => [failure]) as [NodeJS.ErrnoException];
  return error;
}

describe('dial', () => {
  it('carries bytes both ways and ends as a socket does', async () => {
    const server = await listening((socket) => socket.pipe(socket));
    const sent = randomBytes(3_000_000);
    const stream = node.dial({ host, port: server.port });
    stream.end(sent);
    expect((await buffer(stream)).equals(sent)).toBe(true);
    server.close();
  });

  it('that has to wait for a connection carries as much, ends as well, and tells why it fails', async () => {
    const server = await listening((socket) => socket.pipe(socket));
    const soon = (port: number) => dialLater(nextTurn(node).then((later) => later.dial({ host, port })));
    const sent = randomBytes(3_000_000);
    const stream = soon(server.port);
    stream.end(sent);
    expect((await buffer(stream)).equals(sent)).toBe(true);
    await expect(once(soon(await freePort()), 'end')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(once(dialLater(Promise.reject(new Error('no way'))), 'end')).rejects.toThrow('no way');
    await once(soon(server.port).destroy(), 'close');
    const open = soon(server.port);
    open.write('x');
    await once(open, 'data');
    await once(open.destroy(), 'close');
    server.close();
  });

  it('ends at once when the far end was quicker', async () => {
    const server = await listening((socket) => socket.once('data', () => socket.destroySoon()));
    for (const stream of [node.dial({ host, port: server.port }), dialLater(nextTurn(node).then((later) => later.dial({ host, port: server.port })))]) {
      stream.write('bye');
      await once(stream.resume(), 'end');
      await once(stream.end(), 'close');
    }
    server.close();
  });

  it('looks connected to drivers that wait for it', async () => {
    const server = await listening((socket) => socket.resume());
    const stream = node.dial({ host, port: server.port }) as net.Socket;
    const connect = once(stream, 'connect');
    stream.connect(server.port, host);
    await connect;
    stream.setNoDelay(true).setKeepAlive(true).unref().ref();
    await once(stream.destroy(), 'close');
    server.close();
  });

  it('does not swallow a flood that nobody reads', async () => {
    let written = 0;
    const server = await listening((socket) => {
      const flood = () => { while (socket.write(Buffer.alloc(65_536), () => (written += 65_536)) && written < 1e9); };
      socket.on('drain', flood).on('error', () => {});
      flood();
    });
    const stream = node.dial({ host, port: server.port });
    await once(stream, 'readable');
    // Pipes, ssh's window and the kernel's buffers fill; then nothing more may move.
    for (let before = -1, still = 0; still < 5_000; still += 1) {
      if (before !== written) still = 0;
      before = written;
      await nextTurn();
    }
    expect(stream.readableLength).toBeLessThan(1_000_000);
    expect(written).toBeLessThan(50_000_000);
    await once(stream.destroy(), 'close');
    server.close();
  });

  it.each<[string, () => Promise<{ host: string; port: number }>, string, RegExp]>([
    ['refused', async () => ({ host, port: await freePort() }), 'ECONNREFUSED', /Connection refused/],
    ['not to be found', async () => ({ host: 'no.such.host.invalid', port: 5432 }), 'ENOTFOUND', /not known|name resolution/],
  ])('says with Node\'s code that the address is %s', async (_, address, code, words) => {
    const error = await errorOf(node, await address());
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
  });

  it('keeps refusals out of what a script says on stderr', async () => {
    const port = await freePort();
    const running = node.run('for word in one two; do echo "$word" >&2; sleep 0.5; done');
    const errors = await Promise.all([errorOf(node, { host, port }), errorOf(node, { host, port })]);
    expect(errors.map(({ code }) => code)).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
    expect((await running).stderr).toBe('one\ntwo\n');
    expect((await node.run('true')).stderr).toBe('');
  });

  it('opens 25 streams at once over one login', async () => {
    const server = await listening((socket) => socket.pipe(socket));
    const answers = await Promise.all(Array.from({ length: 25 }, async (_, number) => {
      const stream = node.dial({ host, port: server.port });
      stream.end(`number ${number}`);
      return (await buffer(stream)).toString();
    }));
    expect(answers).toEqual(Array.from({ length: 25 }, (_, number) => `number ${number}`));
    server.close();
  });

  it('does not log in anew when the connection is gone', async () => {
    const [outcome] = await sshWith().connect([target('gone', 'root', sshds[0]!.port)], { config: person.config('config') });
    await connected(outcome).close();
    expect((await errorOf(connected(outcome), { host, port: sshds[0]!.port })).code).toBe('ESSH');
  });

  it('carries HTTP', async () => {
    const server = http.createServer((request, response) => response.end(`${request.method} ${request.url}`)).listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const answer = await httpOver().request({ dial: () => node.dial({ host, port }), host, path: '/api/health', timeoutMs: 10_000 });
    expect(answer).toMatchObject({ status: 200, body: 'GET /api/health' });
    server.close();
  });
});
