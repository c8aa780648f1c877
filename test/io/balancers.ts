import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../lab/database/server-user.ts';
import { startServer } from '../lab/database/start-server.ts';
import type { LabFolder } from '../lab/lab-folder.ts';

/** One entrance of a load balancer: its certificate (PEM with key), and what its section says. */
export interface Entrance {
  readonly pem: string;
  readonly lines: readonly string[];
}

/** Starts one HAProxy with an entrance each; gives their ports by name. */
export async function startHaproxy(entrances: Readonly<Record<string, Entrance>>, folder: LabFolder): Promise<Readonly<Record<string, number>>> {
  return start('HAProxy', entrances, folder, (ports) => [
    'global', '  maxconn 200', 'defaults', '  mode http', '  retries 0', '  timeout connect 2s', '  timeout client 20s', '  timeout server 20s', '  timeout tunnel 1h',
    ...Object.entries(entrances).flatMap(([name, { pem, lines }]) => [`listen ${name}`, `  bind 127.0.0.1:${ports[name]} ssl crt ${pem}`, ...lines.map((line) => `  ${line}`)]),
  ], (config) => ['haproxy', '-db', '-f', config]);
}

/** Starts one nginx with a server each; gives their ports by name. */
export async function startNginx(entrances: Readonly<Record<string, Entrance>>, folder: LabFolder): Promise<Readonly<Record<string, number>>> {
  const home = join(folder.path, 'nginx');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${home}/${name};`);
  return start('nginx', entrances, folder, (ports) => [
    'daemon off;', 'worker_processes 1;', `pid ${home}/pid;`, 'error_log stderr;', 'events { }', 'http {', 'access_log off;', ...temporary,
    ...Object.entries(entrances).flatMap(([name, { pem, lines }]) => ['server {', `listen 127.0.0.1:${ports[name]} ssl;`, `ssl_certificate ${pem};`, `ssl_certificate_key ${pem};`, ...lines, '}']),
    '}',
  ], (config) => ['nginx', '-c', config, '-p', home, '-e', 'stderr']);
}

async function start(title: string, entrances: Readonly<Record<string, Entrance>>, folder: LabFolder, write: (ports: Readonly<Record<string, number>>) => readonly string[], words: (config: string) => readonly string[]): Promise<Readonly<Record<string, number>>> {
  const ports: Record<string, number> = {};
  for (const name of Object.keys(entrances)) ports[name] = await freePort('127.0.0.1', Math.max(20_000 + (process.pid % 20_000), ...Object.values(ports).map((port) => port + 1)));
  const home = join(folder.path, title.toLowerCase());
  await mkdir(home);
  const config = join(home, 'config');
  await writeFile(config, `${write(ports).join('\n')}\n`);
  const first = Object.values(ports)[0]!;
  const greet = (): Promise<void> => new Promise((resolve, reject) => {
    const socket = connect(first, '127.0.0.1', () => resolve(void socket.destroy())).on('error', reject);
  });
  await startServer({ title, words: words(config), home, user: {}, signal: 'SIGTERM', greet }, folder);
  return ports;
}
