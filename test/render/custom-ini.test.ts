import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { readIni } from '../../src/grafana/read-ini.ts';
import { nodeSettings } from '../../src/settings/node-settings.ts';
import { renderCustomIni } from '../../src/render/custom-ini.ts';
import { fillTemplate } from '../../src/render/fill-template.ts';
import { sampleCluster, sampleFacts } from '../sample.ts';

const template = readFileSync(join(import.meta.dirname, '../../templates/custom.ini'), 'utf8');
const render = (change: Parameters<typeof sampleCluster>[0] = {}) => {
  const cluster = sampleCluster(change);
  const facts = sampleFacts();
  const [entry] = facts.nodes;
  if (!entry?.node.ok) throw new Error('no facts');
  const secrets = { databasePassword: new Secret('pw-of-db'), secretKey: new Secret('the-key'), adminPassword: new Secret('the-admin') };
  const settings = nodeSettings(cluster.nodes[0]!, entry.node.facts, { cluster, facts, secrets });
  return { settings, text: renderCustomIni(template, { cluster, node: cluster.nodes[0]!, settings, configPath: '/etc/grafana/grafana.ini', secretOwner: 'root:grafana' }) };
};

describe('custom.ini', () => {
  it('says every setting, and reads back as such', () => {
    const { settings, text } = render({ license: { path: '/l.jwt', autoRefresh: true }, database: { type: 'mysql', sslMode: 'true', address: { host: 'db', port: 3306 }, name: 'g', user: 'u', password: { kind: 'nodes' }, caCert: '/ca', maxOpenConn: 9 } });
    const reading = readIni(text);
    if (!reading.ok) throw new Error(reading.problem);
    for (const { section, key, wanted } of settings.filter(({ wanted }) => wanted.kind !== 'absent')) {
      const value = wanted.kind === 'text' ? wanted.text : wanted.kind === 'secret' ? `$__file{${wanted.file!}}` : '';
      expect({ key, value: reading.file.sections.get(section)?.get(key)?.value }).toEqual({ key, value });
    }
  });

  it('holds no secret, names the file that Grafana reads, and is the same each time', () => {
    const { text } = render();
    expect(text).toMatch(/\/etc\/grafana\/grafana\.ini on graf-a/);
    expect(text).not.toMatch(/pw-of-db|the-key|the-admin|\{\{/);
    expect(render().text).toBe(text);
  });

  it('says in which way the nodes agree, and nothing of the others', () => {
    const redis = { kind: 'single', addresses: [{ host: 'redis', port: 6379 }], db: 0, prefix: 'prod', tls: false } as const;
    const overRedis = render({ alerting: { mode: 'redis', port: 9094, label: 'prod' }, redis, live: { address: { host: 'redis', port: 6379 }, prefix: 'prod' } }).text;
    expect(overRedis).toMatch(/ha_redis_address = redis:6379[^]*\[live\]\nha_engine = redis\n/);
    expect(overRedis).not.toMatch(/9094|ha_peers/);
    expect(render().text).not.toMatch(/Redis|\[live\]/i);
    expect(render({ alerting: { mode: 'off', reason: 'no alerts', port: 9094, label: 'prod' } }).text).not.toMatch(/unified_alerting|9094/);
  });

  it('leaves out settings without a value, their comments, and sections without settings', () => {
    const { text } = render();
    expect(text).not.toMatch(/locking_attempt|heeds it|\[enterprise\]/);
  });
});

describe('fillTemplate', () => {
  it('does not lose a value for which there is no place', () => {
    expect(() => fillTemplate('a = {{a}}\n', new Map([['a', '1'], ['b', '2']]))).toThrow(/b/);
  });
});
