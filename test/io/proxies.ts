import { connect } from 'node:net';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, serverUser } from '../lab/database/server-user.ts';
import { startServer } from '../lab/database/start-server.ts';
import type { LabFolder } from '../lab/lab-folder.ts';

/** Starts a PgBouncer before a PostgreSQL on loopback; gives its port. */
export async function startPgbouncer(folder: LabFolder, { port, password, mode, ignore = '' }: { port: number; password: string; mode: 'session' | 'transaction'; ignore?: string }): Promise<number> {
  const own = await freePort('127.0.0.1', 0);
  const home = await homeOf(folder, `pgbouncer-${own}`);
  await writeFile(join(home, 'users'), `"grafana" "${password}"\n`);
  await writeFile(join(home, 'ini'), [
    '[databases]', `grafana = host=127.0.0.1 port=${port} dbname=grafana`,
    '[pgbouncer]', 'listen_addr = 127.0.0.1', `listen_port = ${own}`, 'auth_type = md5', `auth_file = ${join(home, 'users')}`, 'unix_socket_dir =', `pool_mode = ${mode}`, 'default_pool_size = 5', `ignore_startup_parameters = ${ignore}`, '',
  ].join('\n'));
  await startServer({ title: 'PgBouncer', home, user: await serverUser('postgres', home), signal: 'SIGINT', greet: () => listens(own), words: ['/usr/sbin/pgbouncer', join(home, 'ini')] }, folder);
  return own;
}

/** Starts an HAProxy that forwards TCP to the given ports, one after the other, or to nobody; gives its port. */
export async function startHaproxy(folder: LabFolder, backends: readonly number[]): Promise<number> {
  const own = await freePort('127.0.0.1', 0);
  const home = await homeOf(folder, `haproxy-${own}`);
  await writeFile(join(home, 'cfg'), [
    'defaults', ' mode tcp', ' timeout connect 2s', ' timeout client 60s', ' timeout server 60s', `listen database`, ` bind 127.0.0.1:${own}`, ' balance roundrobin',
    ...backends.map((port, index) => ` server s${index} 127.0.0.1:${port}`), '',
  ].join('\n'));
  await startServer({ title: 'HAProxy', home, user: await serverUser('haproxy', home), signal: 'SIGTERM', greet: () => listens(own), words: ['/usr/sbin/haproxy', '-db', '-f', join(home, 'cfg')] }, folder);
  return own;
}

async function homeOf(folder: LabFolder, name: string): Promise<string> {
  const home = join(folder.path, name);
  await mkdir(home);
  await chmod(home, 0o755);
  return home;
}

function listens(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(); });
    socket.on('error', reject);
  });
}
