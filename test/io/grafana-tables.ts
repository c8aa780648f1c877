import { dataKey, signingKey } from '../gather/recorded-secret.ts';

/** What makes an empty database look like that of a Grafana, as the admin types it; the tables belong to the user `grafana`. */
export function grafanaTables(type: 'postgres' | 'mysql'): readonly string[] {
  const [quote, no, yes, flag] = type === 'postgres' ? ['"', 'false', 'true', 'boolean'] : ['`', '0', '1', 'tinyint'];
  const user = `${quote}user${quote}`;
  return [
    `create table migration_log (id int, migration_id varchar(255), success ${flag}, error text)`,
    `insert into migration_log values (1, 'create migration_log table', ${yes}, ''), (2, 'create user table', ${yes}, '')`,
    `create table ${user} (id int)`, `insert into ${user} values (1), (2)`,
    `create table dashboard (id int, is_folder ${flag})`, `insert into dashboard values (1, ${no}), (2, ${yes})`,
    'create table data_source (id int, secure_json_data text)', `insert into data_source values (1, '{"password":"x"}'), (2, '{}'), (3, null)`,
    'create table data_keys (id int)', 'insert into data_keys values (1)',
    ...(type === 'postgres' ? ['migration_log', user, 'dashboard', 'data_source', 'data_keys'].map((table) => `alter table ${table} owner to grafana`) : []),
  ];
}

/** The row whose text is known, and the key that opens it, as a Grafana with its public default key wrote them. */
export function signingRows(type: 'postgres' | 'mysql'): readonly string[] {
  const [bytes, time, hex] = type === 'postgres' ? ['bytea', 'timestamp', `'\\x${dataKey.bytes.toString('hex')}'`] : ['blob', 'datetime', `x'${dataKey.bytes.toString('hex')}'`];
  return [
    'drop table data_keys', `create table data_keys (name varchar(100), provider varchar(50), encrypted_data ${bytes})`, `insert into data_keys values ('${dataKey.name}', 'secretKey.v1', ${hex})`,
    `create table signing_key (private_key text, added_at ${time})`, `insert into signing_key values ('${signingKey}', '2026-11-23 09:43:17')`,
    ...(type === 'postgres' ? ['alter table data_keys owner to grafana', 'alter table signing_key owner to grafana'] : []),
  ];
}
