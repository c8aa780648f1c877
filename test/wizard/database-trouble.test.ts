import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/cluster/cluster.ts';
import type { DatabasePath, DatabaseServer } from '../../src/facts.ts';
import { troubleWith } from '../../src/wizard/database-trouble.ts';
import type { TlsOffer } from '../../src/world/database.ts';

const database: Database = { type: 'postgres', address: { host: 'db.example.com', port: 5432 }, name: 'grafana', user: 'grafana', password: { kind: 'nodes' }, sslMode: 'verify-full' };
const offered = { offered: true, subject: 'db', issuer: 'RDS', topIssuer: 'Amazon RDS eu-west-1', names: ['DNS:db.example.com'], notAfter: new Date(0) } as const;
const server: DatabaseServer = { engine: 'postgres', version: '16.4', schema: { kind: 'empty' }, writable: { ok: true, how: 'by a transaction' } };
const loggedIn: DatabasePath['login'] = { ok: true, roundTripMs: 1, clientAddress: '10.0.0.11' };
const notTried: DatabasePath['login'] = { ok: false, code: 'not-tried', said: 'TLS' };

function path(parts: { readonly tls?: TlsOffer; readonly login?: DatabasePath['login']; readonly server?: Partial<DatabaseServer> }): ReadonlyMap<string, DatabasePath> {
  const login = parts.login ?? loggedIn;
  const tls = { ok: true, facts: parts.tls ?? offered } as const;
  return new Map([['graf-a', login.ok ? { tls, login, server: { ...server, ...parts.server } } : { tls, login }]]);
}

describe('trouble with the database', () => {
  it('is none when every node can use it', () => {
    expect(troubleWith(database, path({}))).toBeUndefined();
  });

  it.each([
    ['a CA that the node does not trust', { tls: { ...offered, chainError: 'SELF_SIGNED_CERT_IN_CHAIN' }, login: notTried }, 'untrusted', /Amazon RDS eu-west-1/, /--db-ca/],
    ['no TLS on offer', { tls: { offered: false } as const, login: notTried }, 'plain', /no TLS/, /--ssl-mode disable/],
    ['another name in the certificate', { tls: { ...offered, names: ['DNS:other'] }, login: notTried }, 'other', /DNS:other/, /verify-ca/],
    ['a certificate without names', { tls: { ...offered, names: [] }, login: notTried }, 'other', /no name at all/, /verify-ca/],
    ['a wrong password', { login: { ok: false, code: '28P01', said: 'password authentication failed for user "grafana"' } as const }, 'password', /password authentication failed/, /CREATE ROLE grafana LOGIN/],
    ['a missing database', { login: { ok: false, code: '3D000', said: 'database "grafana" does not exist' } as const }, 'other', /does not exist/, /CREATE DATABASE grafana OWNER grafana;/],
    ['a missing line in pg_hba.conf', { login: { ok: false, code: '28000', said: 'no pg_hba.conf entry for host "10.0.0.11"' } as const }, 'other', /no pg_hba.conf/, /hostssl grafana grafana/],
    ['an address that does not answer', { login: { ok: false, code: 'ECONNREFUSED', said: 'Connection refused' } as const }, 'other', /does not reach db.example.com:5432/, /firewall/],
    ['a missing grant', { server: { writable: { ok: false, code: '42501', said: 'permission denied for schema public' } as const } }, 'other', /cannot write/, /GRANT USAGE, CREATE ON SCHEMA public/],
    ['a replica', { server: { writable: { ok: false, code: '25006', said: 'read-only transaction' } as const } }, 'other', /cannot write/, /server that writes/],
    ['tables of something else', { server: { schema: { kind: 'foreign', tables: 4, example: 'orders' } as const } }, 'other', /orders/, /empty one/],
  ])('is %s', (_, parts, kind, found, hint) => {
    expect(troubleWith(database, path(parts))).toEqual({ kind, found: expect.stringMatching(found), hint: expect.stringMatching(hint) });
  });

  it('names MySQL’s own words for grants, to an account that every node can use', () => {
    const trouble = troubleWith({ ...database, type: 'mysql', sslMode: 'skip-verify' }, path({ server: { engine: 'mariadb', writable: { ok: false, code: 'missing-privileges', said: 'no CREATE on grafana' } } }));
    expect(trouble?.hint).toContain("GRANT ALL PRIVILEGES ON `grafana`.* TO 'grafana'@'%';");
  });
});
