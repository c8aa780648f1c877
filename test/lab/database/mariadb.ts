import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import type { LabDatabase } from '../lab.ts';
import type { LabFolder } from '../lab-folder.ts';
import { programPath } from '../provide.ts';
import { run } from '../run.ts';
import type { Authority } from './authority.ts';
import { freePort, serverUser } from './server-user.ts';
import { startServer } from './start-server.ts';

export const admin = { user: 'lab', password: 'lab-admin' };

/** Starts the MariaDB of this machine on `address`, with TLS, in a folder of its own: never the system's service. `words`: more of its command line. */
export async function startMariadb({ folder, authority, address, words = [] }: { folder: LabFolder; authority: Authority; address: string; words?: readonly string[] }): Promise<LabDatabase> {
  const [server, installer] = [await programPath('mariadbd'), await programPath('mariadb-install-db')];
  if (server === undefined || installer === undefined) throw new Error('no MariaDB on this machine; as root: apt-get install mariadb-server-core mariadb-client-core');
  const home = join(folder.path, 'mariadb');
  const data = join(home, 'data');
  // Of its own: a MariaDB that starts removes the temporary tables of every other one from a folder that they share.
  const temporary = join(home, 'tmp');
  await mkdir(data, { recursive: true });
  await mkdir(temporary);
  const { certPath, keyPath } = await authority.issue(home, address);
  const initFile = join(home, 'init.sql');
  // A member of a Galera cluster makes the account for itself: another one has it already.
  const alone = words.includes('--wsrep-on=ON') ? 'set session wsrep_on = off;\n' : '';
  await writeFile(initFile, `${alone}create user '${admin.user}'@'%' identified by '${admin.password}';\ngrant all on *.* to '${admin.user}'@'%' with grant option;\n`, { mode: 0o600 });
  const user = await serverUser('mysql', home);

  // --force: also where this machine's own name does not resolve
  await run([installer, '--no-defaults', `--datadir=${data}`, `--tmpdir=${temporary}`, '--auth-root-authentication-method=normal', '--skip-test-db', '--force', '--innodb-log-file-size=8M'], { ...user, cwd: home });
  const port = await freePort(address, 3306);
  const exec: LabDatabase['adminExec'] = (sql, database) => query({ host: address, port, ...admin, ...(database === undefined ? {} : { database }) }, sql);
  await startServer({
    title: 'MariaDB', home, user, signal: 'SIGTERM', greet: () => exec('select 1'),
    words: [
      server, '--no-defaults', `--datadir=${data}`, `--tmpdir=${temporary}`, `--bind-address=${address}`, `--port=${port}`, `--socket=${join(home, 'socket')}`, `--pid-file=${join(home, 'pid')}`,
      `--ssl-ca=${authority.caPath}`, `--ssl-cert=${certPath}`, `--ssl-key=${keyPath}`, `--init-file=${initFile}`,
      '--skip-name-resolve', '--character-set-server=utf8mb4', '--innodb-flush-log-at-trx-commit=0', '--innodb-log-file-size=8M', ...words,
    ],
  }, folder);

  const account = (name: string) => `${mysql.escape(name)}@'%'`;
  return {
    type: 'mysql', host: address, port, tls: { caPath: authority.caPath, ca: authority.ca },
    adminExec: exec,
    createDatabase: async (name, role, password) => {
      await exec(`create database ${mysql.escapeId(name)} character set utf8mb4 collate utf8mb4_unicode_ci`);
      await exec(`create user ${account(role)} identified by ${mysql.escape(password)}`);
      await exec(`grant all on ${mysql.escapeId(name)}.* to ${account(role)}`);
    },
    dropDatabase: async (name, role) => {
      await exec(`drop database if exists ${mysql.escapeId(name)}`);
      if (role !== undefined) await exec(`drop user if exists ${account(role)}`);
    },
  };
}

async function query(options: mysql.ConnectionOptions, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const connection = await mysql.createConnection(options);
  try {
    const [rows] = await connection.query(sql);
    return Array.isArray(rows) ? (rows as readonly Readonly<Record<string, unknown>>[]) : [];
  } finally {
    await connection.end();
  }
}
