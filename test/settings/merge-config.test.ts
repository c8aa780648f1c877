import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { UserError } from '../../src/errors.ts';
import { effectiveOf } from '../../src/grafana/effective-of.ts';
import { healthTarget } from '../../src/settings/health-target.ts';
import { mergeConfig } from '../../src/settings/merge-config.ts';
import type { ManagedSetting, Wanted } from '../../src/settings/managed-setting.ts';
import { sampleConfig, sampleNodeFacts } from '../sample.ts';

const setting = (name: string, wanted: Wanted): ManagedSetting => ({ section: name.split('.')[0]!, key: name.split('.')[1]!, wanted });
const text = (name: string, value: string) => setting(name, { kind: 'text', text: value });
const merge = (config: string, settings: readonly ManagedSetting[], change = {}) => mergeConfig('graf-a', sampleNodeFacts({ config: sampleConfig(config), ...change }), settings);

describe('mergeConfig', () => {
  it('changes what differs and keeps every other byte', () => {
    const config = '# mine\r\n[server]\r\n; why\r\nroot_url = http://old/ ; hers\r\n[smtp]\r\nenabled = true\r\n';
    const { text: merged, differing } = merge(config, [text('server.root_url', 'https://new.example.com/'), text('server.domain', 'localhost')]);
    expect(merged).toBe(config.replace('http://old/', 'https://new.example.com/'));
    expect(differing.map(({ before }) => before?.value)).toEqual(['http://old/']);
  });

  it('leaves a value that is right however it is written', () => {
    const config = '[database]\nhost = """db:5432"""\npassword = `p#w`\n';
    const { text: merged, differing } = merge(config, [text('database.host', 'db:5432'), setting('database.password', { kind: 'secret', secret: new Secret('p#w'), file: '/etc/grafana/secrets/database_password' })]);
    expect(differing).toEqual([]);
    expect(merged).toBe(config);
  });

  it('puts a secret into its file, newline at the end', () => {
    const { text: merged, secretFiles } = merge('', [setting('database.password', { kind: 'secret', secret: new Secret('p"#w'), file: '/s/pw' })]);
    expect(merged).toBe('[database]\npassword = $__file{/s/pw}\n');
    expect(secretFiles.get('/s/pw')?.reveal()).toBe('p"#w\n');
  });

  it('writes a secret inline so that it reads back', () => {
    const { text: merged } = merge('[database]\n;password =\n', [setting('database.password', { kind: 'secret', secret: new Secret('p"#w;') })]);
    expect(merged).toBe('[database]\n;password =\npassword = """p"#w;"""\n');
  });

  it('removes an old url, and an empty label', () => {
    const config = '[database]\nurl = postgres://u:p@h/d\ntype = postgres\n[unified_alerting]\nha_label = old\n';
    expect(merge(config, [setting('database.url', { kind: 'absent' }), text('unified_alerting.ha_label', '')]).text).toBe('[database]\ntype = postgres\n[unified_alerting]\n');
  });

  it('mends a reference to a secret file that is gone', () => {
    const { secretFiles } = merge('[database]\npassword = $__file{/s/pw}\n', [setting('database.password', { kind: 'secret', secret: new Secret('pw'), file: '/s/pw' })]);
    expect([...secretFiles.keys()]).toEqual(['/s/pw']);
  });

  it.each<[string, string, object, RegExp]>([
    ['a variable', '', { environment: [{ name: 'GF_SERVER_DOMAIN', value: new Secret('x'), origin: '/etc/default/grafana-server:9' }] }, /GF_SERVER_DOMAIN/],
    ['an argument', '', { arguments: ['cfg:server.domain=x'], argumentPlaces: new Map([['cfg:server.domain=x', '/etc/x.conf:3']]) }, /cfg:server\.domain \(\/etc\/x\.conf:3\)/],
    ['an argument of nobody knows where', '', { arguments: ['cfg:server.domain=x'] }, /cfg:server\.domain \(the command line\)/],
    ['a config that is no ini', '[server\n', {}, /line 1/],
  ])('refuses where %s decides', (_title, config, change, message) => {
    const attempt = () => merge(config, [text('server.domain', 'grafana.example.com')], change);
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(message);
  });
});

describe('healthTarget', () => {
  it.each<[string, { host: string; port: number; tls: boolean; path: string } | undefined]>([
    ['', { host: '127.0.0.1', port: 3000, tls: false, path: '/api/health' }],
    ['http_addr = 10.0.0.11\nhttp_port = 8080', { host: '10.0.0.11', port: 8080, tls: false, path: '/api/health' }],
    ['protocol = https\nhttp_addr = 0.0.0.0', { host: '127.0.0.1', port: 3000, tls: true, path: '/api/health' }],
    ['root_url = https://x.example.com/grafana/\nserve_from_sub_path = true', { host: '127.0.0.1', port: 3000, tls: false, path: '/grafana/api/health' }],
    ['root_url = https://x.example.com/grafana/', { host: '127.0.0.1', port: 3000, tls: false, path: '/api/health' }],
    ['protocol = socket', undefined],
  ])('%s', (server, expected) => {
    const reading = effectiveOf(sampleNodeFacts({ config: sampleConfig(`[server]\n${server}\n`) }));
    const target = reading.ok ? healthTarget(reading.config) : undefined;
    expect(target && { ...target.address, tls: target.tls, path: target.path }).toEqual(expected);
  });
});
