import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/cluster/cluster.ts';
import { tlsDemand, tlsProblem } from '../../src/grafana/database-tls.ts';
import type { TlsOffer } from '../../src/world/database.ts';

const base = { address: { host: 'db.example.com', port: 1 }, name: 'grafana', user: 'grafana', password: { kind: 'ask' } } as const;
const postgres = (sslMode: Extract<Database, { type: 'postgres' }>['sslMode'], caCert?: string): Database => ({ ...base, type: 'postgres', sslMode, ...(caCert === undefined ? {} : { caCert }) });
const mysql = (sslMode: Extract<Database, { type: 'mysql' }>['sslMode'], serverCertName?: string): Database => ({ ...base, type: 'mysql', sslMode, ...(serverCertName === undefined ? {} : { serverCertName }) });
const offer = (change: Partial<Extract<TlsOffer, { offered: true }>> = {}): TlsOffer => ({ offered: true, subject: 'db', issuer: 'CA', topIssuer: 'CA', names: ['DNS:db.example.com'], notAfter: new Date(0), ...change });
const untrusted = offer({ chainError: 'SELF_SIGNED_CERT_IN_CHAIN', names: [] });

describe("Grafana's TLS to the database", () => {
  it.each<[string, Database, ReturnType<typeof tlsProblem>, ReturnType<typeof tlsProblem>]>([
    ['PostgreSQL disable', postgres('disable'), undefined, undefined],
    ['PostgreSQL require', postgres('require'), 'not-offered', undefined],
    ['PostgreSQL require with a CA file', postgres('require', '/ca.pem'), 'not-offered', 'chain'],
    ['PostgreSQL verify-ca', postgres('verify-ca'), 'not-offered', 'chain'],
    ['PostgreSQL verify-full', postgres('verify-full'), 'not-offered', 'chain'],
    ['MySQL disable', mysql('disable'), undefined, undefined],
    ['MySQL skip-verify', mysql('skip-verify'), 'not-offered', undefined],
    ['MySQL true', mysql('true'), 'not-offered', 'chain'],
  ])('with %s refuses what it must', (_, database, plain, stranger) => {
    expect(tlsProblem(tlsDemand(database), { offered: false })).toBe(plain);
    expect(tlsProblem(tlsDemand(database), untrusted)).toBe(stranger);
    expect(tlsProblem(tlsDemand(database), offer())).toBeUndefined();
  });

  it.each<[string, readonly string[], ReturnType<typeof tlsProblem>]>([
    ['db.example.com', ['DNS:DB.example.com'], undefined],
    ['db.example.com', ['DNS:*.example.com'], undefined],
    ['a.db.example.com', ['DNS:*.example.com'], 'name'],
    ['example.com', ['DNS:*.example.com'], 'name'],
    ['db.example.com', ['IP Address:10.0.0.1'], 'name'],
    ['10.0.0.1', ['IP Address:10.0.0.1'], undefined],
    ['10.0.0.1', ['DNS:10.0.0.1'], 'name'],
    ['2001:db8::1', ['IP Address:2001:DB8:0:0:0:0:0:1'], undefined],
    ['db.example.com', [], 'no-names'],
  ])('takes for %s a certificate with %j: %s', (host, names, expected) => {
    expect(tlsProblem(tlsDemand({ ...base, type: 'postgres', sslMode: 'verify-full', address: { host, port: 5432 } }), offer({ names }))).toBe(expected);
  });

  it('compares with server_cert_name on MySQL and with the host on PostgreSQL', () => {
    expect(tlsDemand(mysql('true', 'cert.example.com'))).toMatchObject({ name: 'cert.example.com' });
    expect(tlsDemand(postgres('verify-full'))).toMatchObject({ name: 'db.example.com' });
  });
});
