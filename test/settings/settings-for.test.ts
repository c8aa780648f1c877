import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import { publicSecretKey } from '../../src/grafana/catalogue-secrets.ts';
import { chooseSecretKey } from '../../src/settings/choose-secret-key.ts';
import type { KeyQuestion } from '../../src/settings/choose-secret-key.ts';
import { hasSecretsManager } from '../../src/settings/encryption-keys.ts';
import { gossipAddresses } from '../../src/settings/gossip-addresses.ts';
import { settingsFor } from '../../src/settings/settings-for.ts';
import type { SettingsInput } from '../../src/settings/settings-for.ts';
import { sampleCluster, sampleNode } from '../sample.ts';

const gossip = new Map([['graf-a', { host: '10.0.0.11', port: 9094 }], ['graf-b', { host: '10.0.0.12', port: 9094 }]]);
const input: SettingsInput = {
  secrets: { databasePassword: new Secret('a\\b'), secretKey: new Secret('key') },
  version: '12.2.0', configPath: '/etc/grafana/grafana.ini', caBundle: '/etc/ssl/certs/ca-certificates.crt', gossip, secretsManager: false, ownAddresses: ['10.0.0.11'],
};

/** `section.key` → text, `secret TEXT @ FILE` or undefined for absent. */
function settings(cluster: Cluster = sampleCluster(), change: Partial<SettingsInput> = {}): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(settingsFor(cluster, cluster.nodes[0]!, { ...input, ...change }).map(({ section, key, wanted }) => [
    `${section}.${key}`,
    wanted.kind === 'text' ? wanted.text : wanted.kind === 'secret' ? `secret ${wanted.secret.reveal()} @ ${wanted.file ?? 'config'}` : undefined,
  ]));
}

describe('settingsFor', () => {
  it('tells a node on PostgreSQL all it needs', () => {
    expect(settings()).toEqual({
      'server.root_url': 'https://grafana.example.com/', 'server.domain': 'grafana.example.com',
      'database.url': undefined, 'database.connection_string': undefined,
      'database.type': 'postgres', 'database.host': 'db.example.com:5432', 'database.name': 'grafana', 'database.user': 'grafana',
      'database.password': "secret 'a\\\\b' @ /etc/grafana/secrets/database_password", 'database.ssl_mode': 'verify-full',
      'security.secret_key': 'secret key @ /etc/grafana/secrets/secret_key',
      'unified_alerting.ha_listen_address': '10.0.0.11:9094', 'unified_alerting.ha_advertise_address': '10.0.0.11:9094',
      'unified_alerting.ha_peers': '10.0.0.11:9094,10.0.0.12:9094', 'unified_alerting.ha_label': 'prod',
    });
  });

  it('gives MySQL a lock timeout, the name of the certificate and a CA file even where it trusts the bundle', () => {
    const base = sampleCluster().database;
    const mysql = sampleCluster({ database: { ...base, type: 'mysql', sslMode: 'true', address: { host: 'db', port: 3306 }, maxOpenConn: 40 } });
    expect(settings(mysql)).toMatchObject({
      'database.locking_attempt_timeout_sec': '60', 'database.server_cert_name': 'db', 'database.ca_cert_path': '/etc/ssl/certs/ca-certificates.crt', 'database.max_open_conn': '40',
      'database.password': 'secret a\\b @ /etc/grafana/secrets/database_password',
    });
  });

  it.each<[string, Partial<Cluster>, Partial<SettingsInput>, Readonly<Record<string, string | undefined>>]>([
    ['a copied CA', { database: { ...sampleCluster().database, caCert: '/home/ops/ca.pem' } as Cluster['database'] }, {}, { 'database.ca_cert_path': '/etc/grafana/certs/database_ca.pem' }],
    ['no label before 10.1', {}, { version: '9.4.7' }, { 'unified_alerting.ha_label': undefined }],
    ['secrets in the config', { secrets: 'inline' }, {}, { 'security.secret_key': 'secret key @ config' }],
    ['an address that is on no interface of the node', {}, { ownAddresses: ['192.168.7.1'] }, { 'unified_alerting.ha_listen_address': '0.0.0.0:9094', 'unified_alerting.ha_advertise_address': '10.0.0.11:9094' }],
    ['the first admin', {}, { secrets: { ...input.secrets, adminPassword: new Secret('s3cret') } }, { 'security.admin_user': 'admin', 'security.admin_password': 'secret s3cret @ /etc/grafana/secrets/admin_password' }],
    ['a license', { license: { path: '/home/ops/license.jwt', autoRefresh: true } }, {}, { 'enterprise.license_path': '/etc/grafana/license.jwt' }],
    ['a license that Grafana shall not renew', { license: { path: '/home/ops/license.jwt', autoRefresh: false } }, {}, { 'enterprise.license_path': '/etc/grafana/license.jwt', 'enterprise.auto_refresh_license': 'false' }],
    ['an IPv6 URL', { rootUrl: 'https://[2001:db8::7]/' }, {}, { 'server.domain': '2001:db8::7' }],
  ])('%s', (_title, cluster, change, expected) => {
    const found = settings(sampleCluster(cluster), change);
    for (const [name, value] of Object.entries(expected)) expect({ name, value: found[name] }).toEqual({ name, value });
  });

  it('refuses a password that Grafana cannot send', () => {
    expect(() => settings(undefined, { secrets: { ...input.secrets, databasePassword: new Secret('two words') } })).toThrow(/space/);
  });

  it('names the node whose address is not known', () => {
    expect(() => settings(undefined, { gossip: new Map([...gossip].slice(0, 1)) })).toThrow(/graf-b/);
  });
});

describe('gossipAddresses', () => {
  it('takes what the file names, else what the node uses most', () => {
    const cluster = sampleCluster({ nodes: [sampleNode('a', 'x', { gossipAddress: { host: '10.9.9.9', port: 7946 } }), sampleNode('b', 'y'), sampleNode('c', 'z')] });
    const sources = new Map([['b', new Map([['a', '192.168.0.2'], ['c', '10.0.0.2'], ['d', '10.0.0.2']])]]);
    expect([...gossipAddresses(cluster, sources)]).toEqual([['a', { host: '10.9.9.9', port: 7946 }], ['b', { host: '10.0.0.2', port: 9094 }]]);
  });
});

describe('the key of the secrets manager', () => {
  const name = 'secrets_manager.encryption.secret_key.v1.secret_key';
  const both = { ...input.secrets, secretsManagerKey: new Secret('second') };

  it('is told to a Grafana that knows it', () => {
    expect(settings(sampleCluster(), { secrets: both, secretsManager: true })[name]).toBe('secret second @ /etc/grafana/secrets/secrets_manager_key');
    expect(settings(sampleCluster(), { secrets: both })).not.toHaveProperty(name);
  });

  it('is known to a Grafana whose defaults have its section', () => {
    expect(hasSecretsManager({ defaults: '[security]\r\nsecret_key = x\r\n[secrets_manager.encryption.secret_key.v1]\r\n' })).toBe(true);
    expect(hasSecretsManager({ defaults: '; [secrets_manager.encryption.secret_key.v1]\n' })).toBe(false);
    expect(hasSecretsManager({})).toBe(false);
  });
});

describe('chooseSecretKey', () => {
  const holder = (node: string, key: string, onDatabase = false) => ({ node, key: new Secret(key), onDatabase });
  const grafana = { kind: 'grafana', users: 1, dashboards: 1, encryptedRows: 2 } as const;
  const fresh = new Secret('fresh');
  const choose = (question: Partial<KeyQuestion>): string => {
    const choice = chooseSecretKey({ holders: [], schema: { kind: 'empty' }, fresh, ...question });
    return choice.ok ? `${choice.origin} ${choice.key.reveal()}` : `${choice.reason}: ${choice.holders.map(({ node }) => node).join()}`;
  };

  it.each<[string, Partial<KeyQuestion>, string]>([
    ['an empty database and none but the public default', { holders: [holder('a', publicSecretKey), holder('b', publicSecretKey)] }, 'made fresh'],
    ['one that a node already has', { holders: [holder('a', publicSecretKey), holder('b', 'mine')] }, 'adopted mine'],
    ['the same on all', { holders: [holder('a', 'mine'), holder('b', 'mine')] }, 'adopted mine'],
    ['different ones', { holders: [holder('a', 'mine'), holder('b', 'yours'), holder('c', publicSecretKey)] }, 'nodes-differ: a,b'],
    ['a database in use: the key of those on it counts, be it the public one', { schema: grafana, holders: [holder('a', publicSecretKey, true), holder('b', 'mine')] }, `adopted ${publicSecretKey}`],
    ['a database in use whose nodes differ', { schema: grafana, holders: [holder('a', publicSecretKey, true), holder('b', 'mine', true)] }, 'nodes-differ: a,b'],
    ['a database in use that no node names', { schema: grafana, holders: [holder('a', publicSecretKey)] }, 'unknown: a'],
    ['a database in use that holds nothing encrypted', { schema: { ...grafana, encryptedRows: 0 }, holders: [holder('a', publicSecretKey)] }, 'made fresh'],
    ['a key that a push left behind for a database in use', { schema: grafana, holders: [holder('a', 'staged'), holder('b', 'staged')] }, 'adopted staged'],
    ['one from the cluster file over a database in use that holds nothing encrypted', { schema: { ...grafana, encryptedRows: 0 }, given: new Secret('given'), holders: [holder('a', publicSecretKey, true)] }, 'given given'],
    ['one from the cluster file for an empty database', { given: new Secret('given'), holders: [holder('a', 'mine')] }, 'given given'],
    ['one from the cluster file that did not encrypt the database', { schema: grafana, given: new Secret('given'), holders: [holder('a', 'mine', true)] }, 'given-differs: a'],
  ])('%s', (_title, question, expected) => {
    expect(choose(question)).toBe(expected);
  });
});
