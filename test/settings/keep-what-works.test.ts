import { describe, expect, it } from 'vitest';
import type { Mysql } from '../../src/cluster/cluster.ts';
import { effectiveOf } from '../../src/grafana/effective-of.ts';
import { keepWhatWorks } from '../../src/settings/keep-what-works.ts';
import { Secret } from '../../src/cluster/secret.ts';
import { sampleCluster, sampleConfig, sampleNodeFacts } from '../sample.ts';

const own = { host: '10.0.0.11', port: 9094 };
const peer = { host: '10.0.0.12', port: 9094 };
const { database } = sampleCluster();
const mysql: Mysql = { ...database, type: 'mysql', address: { host: 'db.example.com', port: 3306 }, sslMode: 'disable' };

/** What a node with these lines is told where the cluster wants `wanted`. */
function told(setting: string, wanted: string, lines: string, on: { database?: typeof database; addresses?: readonly string[]; secret?: boolean } = {}): string {
  const dot = setting.indexOf('.');
  const reading = effectiveOf(sampleNodeFacts({ config: sampleConfig(lines) }));
  if (!reading.ok) throw new Error(reading.problem);
  const alerting = (key: string): boolean => setting === `unified_alerting.${key}`;
  const settings = [
    ...(alerting('ha_listen_address') || alerting('ha_advertise_address') ? [{ section: 'unified_alerting', key: 'ha_peers', wanted: { kind: 'text' as const, text: '10.0.0.11:9094,10.0.0.12:9094' } }] : []),
    ...(setting === 'server.domain' ? [{ section: 'server', key: 'root_url', wanted: { kind: 'text' as const, text: 'https://g.example.com/' } }] : []),
    { section: setting.slice(0, dot), key: setting.slice(dot + 1), wanted: on.secret ? { kind: 'secret' as const, secret: new Secret(wanted) } : { kind: 'text' as const, text: wanted } },
  ];
  const kept = keepWhatWorks(settings, {
    config: reading.config, database: on.database ?? database, ownAddresses: on.addresses ?? ['10.0.0.11', '127.0.0.1'], gossip: own,
    aliases: new Map([['10.0.0.11', own], ['10.0.0.12', peer], ['graf-b', peer]]),
  }).at(-1)!.wanted;
  return kept.kind === 'text' ? kept.text : kept.kind === 'secret' ? kept.secret.reveal() : '';
}

describe('a value that works stays', () => {
  it.each([
    ['server.root_url', 'https://g.example.com/', '[server]\nroot_url = https://g.example.com', 'https://g.example.com'],
    ['server.domain', 'g.example.com', '[server]\nroot_url = https://g.example.com/', 'localhost'],
    ['database.host', 'db.example.com:5432', '[database]\ntype = postgres\nhost = DB.example.com', 'DB.example.com'],
    ['database.user', 'grafana', "[database]\nuser = `'grafana'`", "'grafana'"],
    ['unified_alerting.ha_listen_address', '10.0.0.11:9094', '[unified_alerting]\nha_listen_address = 0.0.0.0:9094\nha_peers = 10.0.0.12:9094', '0.0.0.0:9094'],
    ['unified_alerting.ha_listen_address', '10.0.0.11:9094', '[unified_alerting]\nha_listen_address = ":9094"\nha_peers = 10.0.0.12:9094', ':9094'],
    ['unified_alerting.ha_listen_address', '0.0.0.0:9094', '[unified_alerting]\nha_listen_address = 10.0.0.11:9094\nha_peers = 10.0.0.12:9094', '10.0.0.11:9094'],
    ['unified_alerting.ha_advertise_address', '10.0.0.11:9094', '[unified_alerting]\nha_listen_address = 0.0.0.0:9094\nha_peers = 10.0.0.12:9094', ''],
    ['unified_alerting.ha_peers', '10.0.0.11:9094,10.0.0.12:9094', '[unified_alerting]\nha_peers = 10.0.0.12:9094 , 10.0.0.11:9094', '10.0.0.12:9094 , 10.0.0.11:9094'],
    ['unified_alerting.ha_peers', '10.0.0.11:9094,10.0.0.12:9094', '[unified_alerting]\nha_peers = graf-b:9094', 'graf-b:9094'],
  ])('%s = %s beside %j', (setting, wanted, lines, expected) => {
    expect(told(setting, wanted, lines)).toBe(expected);
  });

  it('keeps a password that is quoted for the driver', () => {
    expect(told('database.password', "it's", "[database]\npassword = `'it\\'s'`", { secret: true })).toBe("'it\\'s'");
  });

  it.each([
    ['false', 'false'],
    ['require', 'disable'],
  ])('takes ssl_mode = %s on MySQL for %s', (found, expected) => {
    expect(told('database.ssl_mode', 'disable', `[database]\nssl_mode = ${found}`, { database: mysql })).toBe(expected);
  });
});

describe('a value that does not work is replaced', () => {
  it.each([
    ['server.root_url', 'https://g.example.com/', '[server]\nroot_url = https://g.example.com/sub'],
    ['server.domain', 'g.example.com', '[server]\nroot_url = https://g.example.com/\nenforce_domain = true'],
    ['server.domain', 'g.example.com', '[server]\nroot_url = https://other.example.com/'],
    ['database.host', 'db.example.com:5432', '[database]\nhost = db.example.com:5433'],
    ['unified_alerting.ha_listen_address', '10.0.0.11:9094', '[unified_alerting]\nha_listen_address = 0.0.0.0:9095\nha_peers = 10.0.0.12:9094'],
    ['unified_alerting.ha_listen_address', '10.0.0.11:9094', '[unified_alerting]\nha_listen_address = 127.0.0.1:9094\nha_peers = 10.0.0.12:9094'],
    ['unified_alerting.ha_advertise_address', '10.0.0.11:9094', '[unified_alerting]\nha_advertise_address = 10.0.0.99:9094\nha_peers = 10.0.0.12:9094'],
    ['unified_alerting.ha_peers', '10.0.0.11:9094,10.0.0.12:9094', '[unified_alerting]\nha_peers = 10.0.0.11:9094'],
    ['unified_alerting.ha_peers', '10.0.0.11:9094,10.0.0.12:9094', '[unified_alerting]\nha_peers = 10.0.0.12:9095'],
    ['unified_alerting.ha_peers', '10.0.0.11:9094', '[unified_alerting]\nha_peers ='],
  ])('%s = %s beside %j', (setting, wanted, lines) => {
    expect(told(setting, wanted, lines)).toBe(wanted);
  });

  it('leaves nothing to Grafana on a node that has no peers yet', () => {
    expect(told('unified_alerting.ha_listen_address', '10.0.0.11:9094', '[unified_alerting]\nha_listen_address = 0.0.0.0:9094')).toBe('10.0.0.11:9094');
  });

  it('does not trust Grafana to pick the right one of two addresses', () => {
    expect(told('unified_alerting.ha_advertise_address', '10.0.0.11:9094', '[unified_alerting]\nha_listen_address = 0.0.0.0:9094\nha_peers = 10.0.0.12:9094', { addresses: ['10.0.0.11', '172.17.0.1'] })).toBe('10.0.0.11:9094');
  });
});
