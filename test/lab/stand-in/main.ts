/*
A stand-in for Grafana: for tests of a tool that configures and restarts Grafana, where the real one is not at hand.
It reads its config by Grafana's rules, logs in to the database, takes the migration lock, answers a few paths,
and dies of what Grafana dies of, in its words (as recorded from 12.2). It shows no dashboard and gossips with nobody.
*/
import { constants } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listenForGossip } from './gossip.ts';
import { serveHttp } from './http-server.ts';
import { log } from './log.ts';
import { migrate } from './migrate.ts';
import { openMysql } from './mysql-store.ts';
import { openPostgres } from './postgres-store.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';
import { commit, version } from './version.ts';

const [command, ...rest] = process.argv.slice(2);
const flags = [command ?? '', ...rest].filter((word) => word.startsWith('-')).map((word) => word.replace(/^--?/, ''));
const options = new Map(flags.map((flag) => flag.split('=') as [string, string]));

if (command === '-v' || command === '--version') {
  console.log(`grafana version ${version}`);
} else if (options.has('v')) {
  console.log(`Version ${version} (commit: ${commit}, branch: stand-in)`);
} else if (command !== 'server') {
  console.log('A stand-in for Grafana: only "server" is here');
  process.exitCode = 1;
} else {
  serve().catch((error: Error) => {
    console.error(`Error: ✗ ${error.message}`);
    process.exit(1);
  });
}

async function serve(): Promise<void> {
  const settings = readSettings(options, rest);
  if (settings === undefined) process.exit(1);
  log('settings', 'info', 'Starting the stand-in for Grafana', { version });
  const pidFile = options.get('pidfile');
  if (pidFile !== undefined) await writeFile(pidFile, String(process.pid));
  const store = await openDatabase(settings);
  if (store !== undefined) await migrate(store, settings);
  const stopGossip = await listenForGossip(settings);
  const stopHttp = await serveHttp(settings, store);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log('server', 'info', 'Shutdown started', { reason: `System signal: ${signal === 'SIGTERM' ? 'terminated' : 'interrupt'}` });
      stopHttp();
      stopGossip();
      void store?.close();
    });
  }
}

/** The database of `[database]`; undefined for SQLite, which this program creates and never reads. */
async function openDatabase(settings: Settings): Promise<Store | undefined> {
  const type = settings.get('database', 'type');
  log('sqlstore', 'info', 'Connecting to DB', { dbtype: type });
  switch (type) {
    case 'postgres': return openPostgres(settings);
    case 'mysql': return openMysql(settings);
    case 'sqlite3': {
      const data = settings.path('paths', 'data');
      await mkdir(data, { recursive: true });
      await copyFile(join(settings.homePath, 'stand-in/empty.db'), join(data, 'grafana.db'), constants.COPYFILE_EXCL).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      return undefined;
    }
    default: throw new Error(`failed to connect to database: unknown database type: ${type}`);
  }
}
