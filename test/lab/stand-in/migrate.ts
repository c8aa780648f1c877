import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { log } from './log.ts';
import { createTable, tables } from './schema.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';
import { createFirstUser } from './users.ts';

/** Brings the database to this version under Grafana's migration lock, and makes the first user; rejects in Grafana's words. */
export async function migrate(store: Store, settings: Settings): Promise<void> {
  log('migrator', 'info', 'Locking database');
  const locked = settings.isOn('database', 'migration_locking') ? store.locked : (work: (query: Store['query']) => Promise<void>) => work(store.query);
  await locked(async (query) => {
    log('migrator', 'info', 'Starting DB migrations');
    const begun = performance.now();
    await setTimeout(300); // the real one needs this long, and who starts at the same time is to be caught
    const done = await performedMigrations(query, store);
    for (const table of Object.keys(tables)) {
      const id = `create ${table} table`;
      if (done.has(id)) continue;
      await query(createTable(table, store.dialect));
      await query('insert into migration_log (migration_id, "sql", success, error, timestamp) values (?, ?, ?, ?, ?)', [id, createTable(table, store.dialect), true, '', new Date()]);
    }
    const performed = Object.keys(tables).length - done.size;
    log('migrator', 'info', 'migrations completed', { performed, skipped: done.size, duration: `${(performance.now() - begun).toFixed(6)}ms` });
    await createFirstUser(query, settings);
    await createDataKey(query, settings);
  }).catch((error: Error) => {
    if (error.message === 'failed to obtain lock') log('migrator', 'error', 'Failed to lock database', { error: error.message });
    throw error;
  });
  log('migrator', 'info', 'Unlocking database');
}

async function performedMigrations(query: Store['query'], store: Store): Promise<ReadonlySet<string>> {
  const id = 'create migration_log table';
  const sql = createTable('migration_log', store.dialect);
  const begun = performance.now();
  await query(sql).catch(async (error: Error) => {
    log('migrator', 'error', 'Executing migration failed', { id, error: error.message, duration: `${(performance.now() - begun).toFixed(4)}ms` });
    log('migrator', 'error', 'Exec failed', { error: error.message, sql });
    // Grafana goes on to note the failure, and dies of that.
    const next = store.dialect === 'postgres' ? 'pq: current transaction is aborted, commands ignored until end of transaction block' : await insertError(query);
    throw new Error(`migration failed (id = ${id}): ${next}`);
  });
  const rows = await query('select migration_id from migration_log where success = ?', [true]);
  return new Set(rows.map((row) => String(row['migration_id'])).filter((done) => /^create (\w+) table$/.test(done) && done.split(' ')[1]! in tables));
}

async function insertError(query: Store['query']): Promise<string> {
  return query('insert into migration_log (migration_id) values (?)', ['']).then(() => '', (error: Error) => error.message);
}

/** A fresh Grafana has one: what it encrypts later, it encrypts with this key, which secret_key encrypts. */
async function createDataKey(query: Store['query'], settings: Settings): Promise<void> {
  if ((await query('select name from data_keys')).length > 0) return;
  const now = new Date();
  const sealed = createHmac('sha256', settings.get('security', 'secret_key')).update(randomBytes(16)).digest('base64');
  await query('insert into data_keys (name, active, scope, provider, encrypted_data, label, created, updated) values (?, ?, ?, ?, ?, ?, ?, ?)', [
    randomBytes(7).toString('hex'), true, 'root', 'secretKey.v1', sealed, `${now.toISOString().slice(0, 10)}/root@secretKey.v1`, now, now,
  ]);
}
