import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relayFailure } from '../../src/shell/dial-failure.ts';
import { framedRelay, relayCommand, relayReader } from '../../src/shell/relay-script.ts';

const ways = ['bash', 'socat', 'python3', 'nc'] as const;
const folder = mkdtempSync(join(tmpdir(), 'relay-'));
let server: net.Server;
let port: number;

/** A folder with the programs that every node has, and one way. */
function pathWith(way: string): string {
  const path = mkdtempSync(join(folder, 'bin-'));
  for (const name of ['sh', 'dd', 'cat', 'sleep']) symlinkSync(which(name), join(path, name));
  if (way !== '') symlinkSync(way === 'nc' ? which('busybox') : way === 'python3' ? '/usr/bin/python3' : which(way), join(path, way));
  return path;
}

const which = (name: string) => spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();

async function relay(way: string, address: { readonly host: string; readonly port: number }, sent: Buffer) {
  const child = spawn('/bin/sh', ['-c', relayCommand], { env: { PATH: pathWith(way) } });
  child.stdin.on('error', () => {});
  child.stdin.end(Buffer.concat([framedRelay(address), sent]));
  const [out, err] = await Promise.all([buffer(child.stdout), text(child.stderr)]);
  return { out: relayReader()(out), err };
}

beforeAll(async () => {
  server = net.createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as net.AddressInfo).port;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('a relay in a node\'s shell', () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));

  it.each(ways)('through %s carries any bytes both ways', async (way) => {
    expect((await relay(way, { host: '127.0.0.1', port }, bytes)).out.equals(bytes)).toBe(true);
  });

  it.each(ways)('through %s says that a port is closed', async (way) => {
    const { out, err } = await relay(way, { host: '127.0.0.1', port: 1 }, bytes);
    expect(out).toHaveLength(0);
    expect(relayFailure(err)).toMatchObject({ code: 'ECONNREFUSED', message: expect.stringMatching(/^Connection refused/) as string });
  });

  it('is read without what the login shell said before, wherever the chunks end', async () => {
    const child = spawn('/bin/sh', ['-c', `printf 'Welcome.\ngrafana-ha relay'; ${relayCommand}`], { env: { PATH: pathWith('bash') } });
    child.stdin.on('error', () => {});
    child.stdin.end(Buffer.concat([framedRelay({ host: '127.0.0.1', port }), Buffer.from('grafana-ha relay\nours')]));
    const said = await buffer(child.stdout);
    expect(said.toString()).toMatch(/^Welcome/);
    for (let size = 1; size <= said.length; size += 1) {
      const read = relayReader();
      const chunks = Array.from({ length: Math.ceil(said.length / size) }, (_, index) => read(said.subarray(index * size, (index + 1) * size)));
      expect(Buffer.concat(chunks).toString()).toBe('grafana-ha relay\nours');
    }
  });

  it('says that it has no way', async () => {
    expect(relayFailure((await relay('', { host: '127.0.0.1', port }, bytes)).err)).toMatchObject({ code: 'ESSH', message: expect.stringContaining('no bash, socat, python3 or nc') as string });
  });

  it('takes a host name for nothing but a name', async () => {
    const { err } = await relay('bash', { host: `$(touch ${folder}/canary)'"`, port: 1 }, bytes);
    expect(err).not.toBe('');
    expect(spawnSync('ls', [folder], { encoding: 'utf8' }).stdout).not.toContain('canary');
  });

  it('is one line without single quote, ! or newline inside, for any login shell', () => {
    expect(relayCommand.split("'")).toHaveLength(3);
    expect(relayCommand).not.toMatch(/[!\n\\]/);
  });
});
