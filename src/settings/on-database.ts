import { parseAddress } from '../cluster/address.ts';
import type { Database } from '../cluster/cluster.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';

/** Whether a node's config names this database; a port left out is the engine's own. */
export function isOnDatabase(config: EffectiveConfig, database: Database): boolean {
  const value = (key: string) => config.get('database', key)?.value ?? '';
  if (value('url') !== '' || value('connection_string') !== '') return false;
  const address = parseAddress(value('host'), database.type === 'postgres' ? 5432 : 3306);
  return value('type') === database.type && value('name') === database.name
    && address.ok && address.value.host === database.address.host && address.value.port === database.address.port;
}
