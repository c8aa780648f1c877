import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import net from 'node:net';
import { Secret } from '../../src/cluster/secret.ts';
import { redis } from '../../src/io/redis.ts';
import type { RedisAnswer, RedisRequest } from '../../src/world/redis.ts';
import { makeAuthority } from '../lab/database/authority.ts';
import { freePort, serverUser } from '../lab/database/server-user.ts';
import { startServer } from '../lab/database/start-server.ts';
import { makeLabFolder } from '../lab/lab-folder.ts';
import { programPath } from '../lab/provide.ts';

const loopback = '127.0.0.1';

export interface RedisLab {
  /** PEM of the authority that signs for db.lab and 127.0.0.1. */
  readonly ca: string;
  /** Starts one more on a port of its own; `lines` are of redis.conf. */
  start(name: string, options?: RedisOptions): Promise<LabRedis>;
  stop(): Promise<void>;
}

export interface RedisOptions {
  readonly lines?: readonly string[];
  readonly tls?: boolean;
  readonly sentinel?: boolean;
  /** Of the default user. */
  readonly password?: string;
}

export interface LabRedis {
  readonly port: number;
  command(name: string, ...words: readonly string[]): Promise<RedisAnswer>;
}

/** Redis servers of this machine's package, on one address, in a folder of their own: never the system's service. */
export async function startRedisLab(host = loopback): Promise<RedisLab> {
  const program = await programPath('redis-server');
  if (program === undefined) throw new Error('no Redis on this machine; as root: apt-get install redis-server');
  const folder = await makeLabFolder();
  const authority = await makeAuthority(folder.path);
  const start: RedisLab['start'] = async (name, { lines = [], tls = false, sentinel = false, password } = {}) => {
    const home = join(folder.path, name);
    await mkdir(home);
    const port = await freePort(host, 0);
    const certificate = tls ? await authority.issue(home, host) : undefined;
    const config = join(home, 'redis.conf');
    await writeFile(config, [
      `bind ${host}`, 'daemonize no', `dir ${home}`,
      ...(certificate === undefined ? [`port ${port}`] : ['port 0', `tls-port ${port}`, `tls-cert-file ${certificate.certPath}`, `tls-key-file ${certificate.keyPath}`, `tls-ca-cert-file ${authority.caPath}`]),
      ...(sentinel ? [] : ['save ""', 'appendonly no']),
      ...(password === undefined ? [] : [`requirepass ${JSON.stringify(password)}`]),
      ...lines, '',
    ].join('\n'));
    const request: RedisRequest = {
      dial: ({ port: to }) => net.connect(to, host), address: { host, port }, timeoutMs: 2_000,
      tls: tls ? { verify: 'none', serverName: 'db.lab' } : false, ...(password === undefined ? {} : { password: new Secret(password) }),
    };
    const command: LabRedis['command'] = async (word, ...words) => {
      const session = await redis.open(request);
      try {
        return await session.command(word, ...words);
      } finally {
        await session.close();
      }
    };
    await startServer({
      title: `Redis ${name}`, home, user: await serverUser('redis', home), signal: 'SIGTERM',
      words: [program, config, ...(sentinel ? ['--sentinel'] : [])],
      greet: () => (lines.includes('tls-auth-clients yes') ? reached(host, port) : command('PING')),
    }, folder);
    return { port, command };
  };
  return { ca: authority.ca, start, stop: () => folder.remove() };
}

function reached(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host, () => { socket.destroy(); resolve(); });
    socket.on('error', reject);
  });
}
