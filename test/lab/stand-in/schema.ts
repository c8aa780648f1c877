import type { Store } from './store.ts';

type Column = 'id' | 'number' | 'flag' | 'name' | 'text' | 'time';

/** Few of Grafana's tables, with its names, and those columns that our checks and this program use. */
export const tables: Readonly<Record<string, Readonly<Record<string, Column>>>> = {
  migration_log: { id: 'id', migration_id: 'name', sql: 'text', success: 'flag', error: 'text', timestamp: 'time' },
  org: { id: 'id', version: 'number', name: 'name', created: 'time', updated: 'time' },
  user: {
    id: 'id', version: 'number', login: 'name', email: 'name', name: 'name', password: 'name', salt: 'name', rands: 'name', org_id: 'number',
    is_admin: 'flag', email_verified: 'flag', theme: 'name', is_disabled: 'flag', is_service_account: 'flag', uid: 'name', created: 'time', updated: 'time',
  },
  org_user: { id: 'id', org_id: 'number', user_id: 'number', role: 'name', created: 'time', updated: 'time' },
  user_auth_token: {
    id: 'id', user_id: 'number', auth_token: 'name', prev_auth_token: 'name', user_agent: 'name', client_ip: 'name', auth_token_seen: 'flag',
    seen_at: 'number', rotated_at: 'number', created_at: 'number', updated_at: 'number', revoked_at: 'number',
  },
  dashboard: {
    id: 'id', version: 'number', slug: 'name', title: 'name', data: 'text', org_id: 'number', uid: 'name', is_folder: 'flag', created: 'time', updated: 'time',
  },
  data_source: {
    id: 'id', org_id: 'number', version: 'number', type: 'name', name: 'name', access: 'name', url: 'name', json_data: 'text', secure_json_data: 'text',
    uid: 'name', created: 'time', updated: 'time',
  },
  alert_rule: { id: 'id', org_id: 'number', title: 'name', condition: 'name', data: 'text', uid: 'name', rule_group: 'name', updated: 'time' },
  data_keys: {
    name: 'name', active: 'flag', scope: 'name', provider: 'name', encrypted_data: 'text', label: 'name', created: 'time', updated: 'time',
  },
  secrets: { id: 'id', org_id: 'number', namespace: 'name', type: 'name', value: 'text', created: 'time', updated: 'time' },
  kv_store: { id: 'id', org_id: 'number', namespace: 'name', key: 'name', value: 'text', created: 'time', updated: 'time' },
  server_lock: { id: 'id', operation_uid: 'name', version: 'number', last_execution: 'number' },
};

const types: Readonly<Record<Store['dialect'], Readonly<Record<Column, string>>>> = {
  postgres: { id: 'SERIAL PRIMARY KEY NOT NULL', number: 'BIGINT', flag: 'BOOL', name: 'VARCHAR(255)', text: 'TEXT', time: 'TIMESTAMP' },
  mysql: { id: 'BIGINT(20) PRIMARY KEY AUTO_INCREMENT NOT NULL', number: 'BIGINT(20)', flag: 'TINYINT(1)', name: 'VARCHAR(255)', text: 'MEDIUMTEXT', time: 'DATETIME' },
};

/** The statement that makes a table where it is missing. */
export function createTable(table: string, dialect: Store['dialect']): string {
  const columns = Object.entries(tables[table] ?? {}).map(([column, type]) => `"${column}" ${types[dialect][type]}`);
  return `CREATE TABLE IF NOT EXISTS "${table}" (\n${columns.join('\n, ')}\n)`;
}
