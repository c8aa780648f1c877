import type { Database } from '../cluster/cluster.ts';

/** What stands between a node and a usable database, as far as an admin can mend it with SQL. */
export type Lack = 'database' | 'role' | 'grant';

/** The lack that a server's code and words speak of; undefined when SQL does not mend it. */
export function lackOf(code: string, said: string): Lack | undefined {
  // PostgreSQL gives 28000 for a missing pg_hba.conf entry, too (auth.c).
  if (code === '28000') return /role .* does not exist/.test(said) ? 'role' : undefined;
  return lacks[code];
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html, https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
const lacks: Readonly<Record<string, Lack>> = {
  '3D000': 'database', ER_BAD_DB_ERROR: 'database',
  ER_HOST_NOT_PRIVILEGED: 'role',
  '42501': 'grant', ER_DBACCESS_DENIED_ERROR: 'grant', ER_TABLEACCESS_DENIED_ERROR: 'grant', ER_SPECIFIC_ACCESS_DENIED_ERROR: 'grant',
};

/** What the database's admin types, line by line; passwords are typed at a prompt or stand as THE-PASSWORD. */
export function adminSql(lack: Lack, { type, name, user }: Pick<Database, 'type' | 'name' | 'user'>): readonly string[] {
  return type === 'postgres' ? postgresSql(lack, name, user) : mysqlSql(lack, name, user);
}

/** An admin who is no superuser, as on RDS, cannot give a database to a role it is not a member of: hence the first GRANT. */
function postgresSql(lack: Lack, name: string, user: string): readonly string[] {
  const role = plainOr(user);
  const database = plainOr(name);
  const create = [`GRANT ${role} TO CURRENT_USER;`, `CREATE DATABASE ${database} OWNER ${role};`];
  switch (lack) {
    case 'role':
      return [`CREATE ROLE ${role} LOGIN;`, `\\password ${role}`, ...create];
    case 'database':
      return create;
    case 'grant': // PostgreSQL 15 and later give nobody but the owner CREATE on public
      return [`GRANT CONNECT ON DATABASE ${database} TO ${role};`, `\\connect ${database}`, `GRANT USAGE, CREATE ON SCHEMA public TO ${role};`];
  }
}

/** MySQL answers "access denied" for a database that is not there to a user without grants on it. An account of one client address would be of no use to the other nodes. */
function mysqlSql(lack: Lack, name: string, user: string): readonly string[] {
  const account = `${quote(user, "'")}@'%'`;
  const database = quote(name, '`');
  return [
    `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`,
    ...(lack === 'role' ? [`CREATE USER ${account} IDENTIFIED BY 'THE-PASSWORD';`] : []),
    `GRANT ALL PRIVILEGES ON ${database}.* TO ${account};`,
  ];
}

function plainOr(word: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(word) ? word : quote(word, '"');
}

function quote(word: string, mark: string): string {
  return mark + word.replaceAll(mark, mark + mark) + mark;
}
