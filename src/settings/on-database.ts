import type { Database } from '../cluster/cluster.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';
import { databaseOf } from './database-of.ts';

/** Whether a config names this database, by keys or by `url`; a port left out is the engine's own. */
export function isOnDatabase(config: EffectiveConfig, { type, address, name }: Database): boolean {
  const reading = databaseOf(config);
  if (reading.kind !== 'shared') return false;
  const { database } = reading;
  return database.type === type && database.name === name && database.address.host === address.host.toLowerCase() && database.address.port === address.port;
}
