import net from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { openMysql } from '../../src/io/mysql.ts';
import { openPostgres } from '../../src/io/postgres.ts';
import { probeTls } from '../../src/io/tls-probe.ts';
import type { DatabaseRequest, DatabaseSession } from '../../src/world/database.ts';
import { adminPassword } from '../lab/database/postgres.ts';
import { type Server, startMariadb, startPostgres } from './servers.ts';

const engines = [
  { type: 'postgres', start: startPostgres, open: openPostgres, user: 'postgres', name: 'postgres', refused: '28P01', unknown: '3D000', missingTable: '42P01' },
  { type: 'mysql', start: startMariadb, open: openMysql, user: 'lab', name: 'mysql', refused: 'ER_ACCESS_DENIED_ERROR', unknown: 'ER_BAD_DB_ERROR', missingTable: 'ER_NO_SUCH_TABLE' },
] as const;

describe.each(engines)('the $type driver', (engine) => {
  let server: Server;
  const streams: Duplex[] = [];
  const dial: DatabaseRequest['dial'] = ({ host, port }) => {
    const stream = net.connect(port, host);
    streams.push(stream);
    return stream;
  };
  const request = (change: Partial<DatabaseRequest> = {}): DatabaseRequest => ({
    type: engine.type, dial, address: { host: '127.0.0.1', port: server.port }, user: engine.user, password: new Secret(adminPassword), name: engine.name, tls: false, ...change,
  });
  const open = async (change: Partial<DatabaseRequest> = {}): Promise<DatabaseSession> => engine.open(request(change));

  beforeAll(async () => {
    server = await engine.start();
  });
  afterAll(async () => {
    expect(streams.filter((stream) => !stream.closed)).toEqual([]);
    await server.stop();
  });

  it('logs in, asks, and is gone after close', async () => {
    const session = await open();
    expect(await session.query('select 1 as one')).toEqual([{ one: 1 }]);
    await session.close();
    expect(streams.at(-1)?.closed).toBe(true);
  });

  it('rejects a wrong password with the code of the server and without the password', async () => {
    const failure = await open({ password: new Secret('wr0ng-secret') }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: engine.refused });
    expect(String(failure)).not.toContain('wr0ng-secret');
  });

  it('rejects an unknown database with the code of the server', async () => {
    await expect(open({ name: 'nosuch' })).rejects.toMatchObject({ code: engine.unknown });
  });

  it('rejects a query with the code of the server and stays usable', async () => {
    const session = await open();
    await expect(session.query('select * from nosuch')).rejects.toMatchObject({ code: engine.missingTable });
    expect(await session.query('select 2 as two')).toEqual([{ two: 2 }]);
    await session.close();
  });

  it('says ECONNREFUSED where nobody listens', async () => {
    await expect(open({ address: { host: '127.0.0.1', port: 1 } })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('says ETIMEDOUT where somebody listens and says nothing', async () => {
    const silent = net.createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = { host: '127.0.0.1', port: (silent.address() as net.AddressInfo).port };
    await expect(open({ address, timeoutMs: 300 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect(probeTls({ type: engine.type, dial, address, serverName: 'db.lab', ca: '', timeoutMs: 300 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await new Promise((resolve) => silent.close(resolve));
  });

  it.each(['db.lab', '127.0.0.1'])('accepts the certificate for %s when its authority is trusted', async (serverName) => {
    const session = await open({ tls: { verify: 'name', ca: server.ca, serverName } });
    expect(await session.query('select 3 as three')).toEqual([{ three: 3 }]);
    await session.close();
  });

  it.each(['other.test', '127.0.0.2'])('refuses the certificate for %s', async (serverName) => {
    await expect(open({ tls: { verify: 'name', ca: server.ca, serverName } })).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('takes another name when only the chain is verified, and any chain when nothing is', async () => {
    await (await open({ tls: { verify: 'chain', ca: server.ca, serverName: 'other.test' } })).close();
    await (await open({ tls: { verify: 'none', serverName: 'other.test' } })).close();
    await expect(open({ tls: { verify: 'chain', serverName: 'db.lab' } })).rejects.toMatchObject({ code: expect.stringMatching(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)$/) });
  });

  it('reads the certificate without logging in and judges it by the given authorities alone', async () => {
    const probe = (ca: string) => probeTls({ type: engine.type, dial, address: request().address, serverName: 'db.lab', ca });
    const offer = await probe(server.ca);
    expect(offer).toMatchObject({ offered: true, subject: 'db.lab', issuer: 'Lab CA', topIssuer: 'Lab CA', names: ['DNS:db.lab', 'IP Address:127.0.0.1'] });
    expect(offer).not.toHaveProperty('chainError');
    expect(await probe('')).toMatchObject({ offered: true, chainError: expect.stringMatching(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)$/) });
  });
});

describe('the TLS probe', () => {
  const answering = async (answer: Buffer, type: 'postgres' | 'mysql'): Promise<unknown> => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      if (type === 'mysql') socket.write(answer);
      else socket.once('data', () => socket.write(answer));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = { host: '127.0.0.1', port: (server.address() as net.AddressInfo).port };
    const said = await probeTls({ type, dial: ({ host, port }) => net.connect(port, host), address, serverName: 'db.lab', ca: '' }).catch((error: unknown) => error);
    await new Promise((resolve) => server.close(resolve));
    return said;
  };
  const greeting = (capabilities: number): Buffer => {
    const version = Buffer.from('8.4.0\0');
    const tail = Buffer.alloc(15);
    tail.writeUInt16LE(capabilities, 13);
    return Buffer.concat([Buffer.from([1 + version.length + tail.length, 0, 0, 0, 10]), version, tail]);
  };

  it('sees that a server offers no TLS', async () => {
    expect(await answering(Buffer.from('N'), 'postgres')).toEqual({ offered: false });
    expect(await answering(greeting(0xf7ff), 'mysql')).toEqual({ offered: false });
  });

  it('tells a database from something else', async () => {
    expect(await answering(Buffer.from('HTTP/1.1 400 Bad Request'), 'postgres')).toMatchObject({ code: 'EPROTO' });
    expect(await answering(Buffer.from([1, 0, 0, 0, 9]), 'mysql')).toMatchObject({ code: 'EPROTO' });
  });

  it('repeats why a MySQL turns the host away', async () => {
    const words = Buffer.from("Host '10.0.0.9' is not allowed to connect");
    const packet = Buffer.concat([Buffer.from([words.length + 3, 0, 0, 0, 0xff, 0x6a, 0x04]), words]);
    expect(await answering(packet, 'mysql')).toMatchObject({ code: 'ER_HOST_NOT_PRIVILEGED', message: words.toString() });
  });
});
