import { describe, expect, it } from 'vitest';
import { effectiveConfig, environmentName } from '../../src/grafana/effective-config.ts';
import type { EffectiveInput, EffectiveSetting } from '../../src/grafana/effective-config.ts';
import { dump, readCases } from '../conformance/cases.ts';

interface LoadInput {
  readonly defaults: string;
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

function load(input: Partial<EffectiveInput>): ReturnType<typeof effectiveConfig> {
  return effectiveConfig({ defaults: '', custom: '', readFile: () => undefined, ...input });
}

function setting(input: Partial<EffectiveInput>, section: string, key: string): EffectiveSetting | undefined {
  const reading = load(input);
  return reading.ok ? reading.config.get(section, key) : undefined;
}

const variable = (name: string, value: string) => ({ name, value, origin: '/etc/default/grafana-server:1' });

describe('effectiveConfig', () => {
  it('loads every case of load.jsonl as Grafana does', () => {
    const cases = readCases<LoadInput>('load');
    expect(cases).toHaveLength(400);
    for (const { input, expect: expected } of cases) {
      const reading = effectiveConfig({
        defaults: input.defaults, custom: input.text, readFile: (path) => input.files[path],
        environment: Object.entries(input.env).map(([name, value]) => variable(name, value)),
      });
      const found = reading.ok ? dump(reading.config.sections) : 'an error';
      expect(found, JSON.stringify(input)).toEqual('error' in expected ? 'an error' : expected);
    }
  });

  const defaults = '[server]\nroot_url = default\n';
  const defaultArgument = 'cfg:default.server.root_url=default-argument';
  const custom = '[server]\nroot_url = file\n';
  const environment = [variable('GF_SERVER_ROOT_URL', 'environment')];
  const last = 'cfg:server.root_url=argument';

  // The order was seen on a real server.
  it.each([
    [{ defaults }, 'default', { kind: 'default', line: 2 }],
    [{ defaults, arguments: [defaultArgument] }, 'default-argument', { kind: 'default-argument' }],
    [{ defaults, arguments: [defaultArgument], custom }, 'file', { kind: 'file', line: 2 }],
    [{ defaults, arguments: [defaultArgument], custom, environment }, 'environment', { kind: 'environment', name: 'GF_SERVER_ROOT_URL', origin: '/etc/default/grafana-server:1' }],
    [{ defaults, arguments: [defaultArgument, last], custom, environment }, 'argument', { kind: 'argument' }],
  ] as const)('says where the value comes from: %#', (input, value, origin) => {
    expect(setting(input, 'server', 'root_url')).toEqual({ raw: value, value, origin });
  });

  it('lets an empty value and an empty variable change nothing', () => {
    expect(setting({ defaults, custom: '[server]\nroot_url =\n', environment: [variable('GF_SERVER_ROOT_URL', '')] }, 'server', 'root_url')?.value).toBe('default');
  });

  it('ignores a variable for a setting nobody has', () => {
    expect(setting({ defaults, environment: [variable('GF_SERVER_NEW', 'x')] }, 'server', 'new')).toBeUndefined();
  });

  it('lets the later of two variables count', () => {
    expect(setting({ defaults, environment: [variable('GF_SERVER_ROOT_URL', 'a'), variable('GF_SERVER_ROOT_URL', 'b')] }, 'server', 'root_url')?.value).toBe('b');
  });

  it('lets a sub-section overwrite what only its parent has', () => {
    const input = { defaults: '[security]\nsecret_key = d\n', custom: '[security.encryption]\nsecret_key = X\n' };
    expect(setting(input, 'security', 'secret_key')).toEqual({ raw: 'X', value: 'X', origin: { kind: 'file', line: 2 } });
    expect(setting(input, 'security.encryption', 'secret_key')?.value).toBe('X');
  });

  it('expands variables, then files, and leaves the vault alone', () => {
    const input = {
      defaults: 'a = ${FILE}\nb = $__file{/d}\nc = $__vault{x:y}\nd = ${HOSTNAME}\ne = ${NONE}\nf = $$ ${}\n',
      environment: [variable('FILE', '$__file{/x}'), variable('HOME', '/root')],
      readFile: (path: string) => ({ '/x': ' $& \u00a0\n', '/d': '${HOME}\n' })[path], hostName: 'node1',
    };
    expect(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => setting(input, 'DEFAULT', key)?.value)).toEqual(['$&', '${HOME}', '$__vault{x:y}', 'node1', '', '$$ ${}']);
  });

  it.each([
    [{ defaults: '[a\n' }, { origin: 'conf/defaults.ini', line: 1 }],
    [{ custom: 'k = 1\nx\n' }, { origin: 'the config file', line: 2 }],
    [{ arguments: ['cfg:a.b=c=d'] }, { origin: 'the argument cfg:a.b' }],
    [{ arguments: ['cfg:a.b'] }, { origin: 'the argument cfg:a.b' }],
    [{ custom: '[a]\nk = $__file{/none}\n' }, { origin: 'a.k', line: 2 }],
    [{ custom: 'k = %(x)s\nx = %(k)s%(k)s\n' }, { origin: 'DEFAULT.k', line: 1 }],
  ])('says what keeps Grafana from starting: %#', (input, failure) => {
    expect(load(input)).toMatchObject({ ok: false, ...failure });
  });
});

describe('effectiveConfig on hostile input', () => {
  it.each(['${', '${}', '$__file', '$__a{', '%(a)s', '}${'])('takes a megabyte of %j without stalling', (part) => {
    const started = performance.now();
    load({ custom: `k = ${part.repeat(1_000_000 / part.length)}\n` });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('environmentName', () => {
  it.each([
    ['plugin.grafana-image-renderer', 'rendering_mode', 'GF_PLUGIN_GRAFANA_IMAGE_RENDERER_RENDERING_MODE'],
    ['a', 'b-c.d', 'GF_A_B-C_D'],
    ['DEFAULT', 'app_mode', 'GF_DEFAULT_APP_MODE'],
  ])('of [%s] %s is %s', (section, key, name) => {
    expect(environmentName(section, key)).toBe(name);
  });
});
