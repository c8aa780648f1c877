import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import nodeHttp, { type RequestListener } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { http } from '../../src/io/http.ts';
import { makeAuthority } from '../lab/database/authority.ts';

const folder = mkdtempSync(join(tmpdir(), 'http-test-'));
let certificate: { readonly certPath: string; readonly keyPath: string };
let server: net.Server;

beforeAll(async () => void (certificate = await (await makeAuthority(folder)).issue(folder, '127.0.0.1')));
afterEach(() => void server.close());
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the server and gives a dial to it. */
async function dialTo(started: net.Server): Promise<() => net.Socket> {
  server = started.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  return () => net.connect(port, '127.0.0.1');
}

const answer: RequestListener = (request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk)).on('end', () => response.writeHead(302, { location: '/login', 'set-cookie': ['a=1', 'b=2'] }).end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body })));
};

describe('http', () => {
  it.each([false, true])('sends a request and does not follow redirects, tls %s', async (tls) => {
    const dial = await dialTo(tls ? https.createServer({ key: readFileSync(certificate.keyPath), cert: readFileSync(certificate.certPath) }, answer) : nodeHttp.createServer(answer));
    const { status, headers, body } = await http().request({ dial, tls, method: 'POST', host: 'grafana.example.com', path: '/x?y=1', headers: { 'content-type': 'application/json' }, body: '{"ü":1}', timeoutMs: 10_000 });
    expect({ status, location: headers['location'], cookies: headers['set-cookie'] }).toEqual({ status: 302, location: '/login', cookies: ['a=1', 'b=2'] });
    expect(JSON.parse(body)).toMatchObject({ method: 'POST', url: '/x?y=1', body: '{"ü":1}', headers: { host: 'grafana.example.com', 'content-type': 'application/json' } });
  });

  it.each([false, true])('rejects when nothing answers in time, tls %s', async (tls) => {
    const dial = await dialTo(net.createServer((socket) => socket.on('error', () => {}).resume()));
    await expect(http().request({ dial, tls, host: 'x', path: '/', timeoutMs: 50 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  it.each([false, true])('rejects with the stream\'s own error, tls %s', async (tls) => {
    const dial = await dialTo(net.createServer());
    server.close();
    await expect(http().request({ dial, tls, host: 'x', path: '/', timeoutMs: 10_000 })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('rejects when the connection ends in the middle', async () => {
    const dial = await dialTo(net.createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')));
    await expect(http().request({ dial, host: 'x', path: '/', timeoutMs: 10_000 })).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('rejects what is not TLS', async () => {
    const dial = await dialTo(nodeHttp.createServer(answer));
    await expect(http().request({ dial, tls: true, host: 'x', path: '/', timeoutMs: 10_000 })).rejects.toMatchObject({ code: 'EPROTO' });
  });

  it('tells that a connection was upgraded, and closes it', async () => {
    const upgrading = nodeHttp.createServer(answer).on('upgrade', (_, socket) => socket.on('error', () => {}).on('end', () => socket.end()).resume().write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'));
    const dial = await dialTo(upgrading);
    const gone = new Promise((resolve) => upgrading.once('connection', (socket: net.Socket) => socket.once('close', resolve)));
    expect(await http().request({ dial, host: 'x', path: '/', headers: { connection: 'Upgrade', upgrade: 'websocket' }, timeoutMs: 10_000 })).toMatchObject({ status: 101, headers: { upgrade: 'websocket' } });
    await gone;
  });

  it('dials from here', async () => {
    await dialTo(nodeHttp.createServer(answer));
    const { port } = server.address() as net.AddressInfo;
    expect(await http().request({ dial: () => http().dial({ host: '127.0.0.1', port }), host: 'x', path: '/', timeoutMs: 10_000 })).toMatchObject({ status: 302 });
  });
});

describe('certificate', () => {
  const secure = (): https.Server => https.createServer({ key: readFileSync(certificate.keyPath), cert: readFileSync(certificate.certPath) }, answer);

  it.each([['db.lab', true], ['grafana.lab', false], ['127.0.0.1', true], ['127.0.0.2', false]])('says whether it fits %s', async (serverName, fitsName) => {
    const facts = await http().certificate({ dial: await dialTo(secure()), serverName, timeoutMs: 10_000 });
    expect(facts).toMatchObject({ fitsName, subject: 'db.lab', issuer: 'Lab CA', names: ['DNS:db.lab', 'IP Address:127.0.0.1'], chainError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(facts.notAfter.getTime() - facts.notBefore.getTime()).toBe(30 * 86_400_000);
  });

  it.each<[string, () => net.Server, string]>([
    ['what is not TLS', () => nodeHttp.createServer(answer), 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['silence', () => net.createServer((socket) => socket.on('error', () => {}).resume()), 'ETIMEDOUT'],
    ['a connection that ends at once', () => net.createServer((socket) => socket.on('error', () => {}).end()), 'ECONNRESET'],
  ])('rejects %s', async (_, make, code) => {
    await expect(http().certificate({ dial: await dialTo(make()), serverName: 'db.lab', timeoutMs: 200 })).rejects.toMatchObject({ code });
  });
});
