import { describe, expect, it } from 'vitest';
import { adminSql, lackOf } from '../../src/grafana/admin-sql.ts';

const postgres = { type: 'postgres', name: 'grafana', user: 'grafana' } as const;
const mysql = { type: 'mysql', name: 'grafana', user: 'grafana' } as const;

describe('the SQL for the database’s admin', () => {
  it('creates a PostgreSQL database that an admin without superuser may give away', () => {
    expect(adminSql('database', postgres)).toEqual(['GRANT grafana TO CURRENT_USER;', 'CREATE DATABASE grafana OWNER grafana;']);
  });

  it('never holds a password: psql asks for it', () => {
    expect(adminSql('role', postgres).slice(0, 2)).toEqual(['CREATE ROLE grafana LOGIN;', '\\password grafana']);
  });

  it('grants what PostgreSQL 15 took away from everybody', () => {
    expect(adminSql('grant', postgres)).toContain('GRANT USAGE, CREATE ON SCHEMA public TO grafana;');
  });

  it('quotes PostgreSQL names that are not plain', () => {
    expect(adminSql('database', { type: 'postgres', name: 'Grafana', user: 'graf-"a' })).toEqual(['GRANT "graf-""a" TO CURRENT_USER;', 'CREATE DATABASE "Grafana" OWNER "graf-""a";']);
  });

  it.each(['database', 'grant'] as const)('makes and grants a MySQL database with utf8mb4: %s', (lack) => {
    expect(adminSql(lack, mysql)).toEqual([
      'CREATE DATABASE IF NOT EXISTS `grafana` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;',
      "GRANT ALL PRIVILEGES ON `grafana`.* TO 'grafana'@'%';",
    ]);
  });

  it('creates a MySQL user that every node can use', () => {
    expect(adminSql('role', mysql)).toContain("CREATE USER 'grafana'@'%' IDENTIFIED BY 'THE-PASSWORD';");
  });

  it.each([
    ['3D000', 'database "grafana" does not exist', 'database'],
    ['28000', 'role "grafana" does not exist', 'role'],
    ['28000', 'no pg_hba.conf entry for host "10.0.0.11", user "grafana"', undefined],
    ['28P01', 'password authentication failed for user "grafana"', undefined],
    ['42501', 'permission denied for schema public', 'grant'],
    ['ER_BAD_DB_ERROR', "Unknown database 'grafana'", 'database'],
    ['ER_DBACCESS_DENIED_ERROR', "Access denied for user 'grafana'@'%' to database 'grafana'", 'grant'],
    ['ECONNREFUSED', 'connect ECONNREFUSED', undefined],
  ])('knows from %s "%s" what is lacking', (code, said, lack) => {
    expect(lackOf(code, said)).toBe(lack);
  });
});
