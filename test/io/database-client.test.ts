import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { Shown } from '../../src/gather/client-certificate.ts';
import { gatherDatabase } from '../../src/gather/database.ts';
import { openMysql } from '../../src/io/mysql.ts';
import { openPostgres } from '../../src/io/postgres.ts';
import { probeTls } from '../../src/io/tls-probe.ts';
import { adminPassword } from '../lab/database/postgres.ts';
import { until } from '../lab/run.ts';
import { type Server, startPostgres } from './servers.ts';

const dial = ({ host, port }: { host: string; port: number }): net.Socket => net.connect(port, host);
const password = new Secret('right');

describe('a PostgreSQL that asks for a certificate', () => {
  let server: Server;
  let folder: string;
  let client: Shown;
  let stranger: Shown;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'client-'));
    [client, stranger] = ['client', 'stranger'].map((name): Shown => {
      execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)], { stdio: 'ignore' });
      return { cert: readFileSync(join(folder, `${name}.pem`), 'utf8'), key: new Secret(readFileSync(join(folder, `${name}.key`), 'utf8')) };
    }) as [Shown, Shown];
    server = await startPostgres();
    const admin = await openPostgres({ type: 'postgres', dial, address: { host: '127.0.0.1', port: server.port }, user: 'postgres', password: new Secret(adminPassword), name: 'postgres', tls: false });
    await admin.query("create role grafana login password 'right'");
    await admin.query('create database grafana owner grafana');
    const [paths] = await admin.query("select current_setting('hba_file') as hba, current_setting('data_directory') as data");
    writeFileSync(join(String(paths!['data']), 'client-ca.pem'), client.cert, { mode: 0o644 });
    writeFileSync(String(paths!['hba']), 'host all postgres 127.0.0.1/32 scram-sha-256\nhostssl all grafana 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n');
    await admin.query("alter system set ssl_ca_file = 'client-ca.pem'");
    await admin.query('select pg_reload_conf()');
    await until('the new rules', async () => (await admin.query("select current_setting('ssl_ca_file') as file"))[0]!['file'] === 'client-ca.pem');
    await admin.close();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function login(shown: Shown | undefined) {
    const database: Database = { type: 'postgres', address: { host: '127.0.0.1', port: server.port }, name: 'grafana', user: 'grafana', password: { kind: 'ask' }, sslMode: 'verify-full' };
    const outside = {
      database: { open: (request: Parameters<typeof openPostgres>[0]) => (request.type === 'postgres' ? openPostgres(request) : openMysql(request)), probeTls },
      clock: { monotonic: () => performance.now() }, local: { random: (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes)) },
    };
    return (await gatherDatabase(database, { ok: true, facts: password }, { ok: true, facts: server.ca }, [{ name: 'here', dial, caBundle: '' }], outside, shown)).get('here')!.login;
  }

  it('takes the login with the certificate that it trusts', async () => {
    expect(await login(client)).toMatchObject({ ok: true });
  });

  it('refuses the login without one, and that of a stranger', async () => {
    expect(await login(undefined)).toMatchObject({ ok: false, said: expect.stringMatching(/client certificate/) as string });
    expect(await login(stranger)).toMatchObject({ ok: false });
  });
});
