import { describe, expect, it } from 'vitest';
import { parseContainer } from '../../src/shell/container.ts';

/** Shortened from `docker inspect grafana` of docker 27 with grafana/grafana:12.2.0. */
const inspected = (change: { readonly env?: readonly string[]; readonly mounts?: readonly object[]; readonly cmd?: readonly string[] }): string => JSON.stringify([{
  Id: '5d1c', Name: '/grafana', Path: '/run.sh', Args: [], State: { Status: 'running', Running: true, Pid: 4711 },
  Mounts: change.mounts ?? [{ Type: 'bind', Source: '/srv/grafana/etc', Destination: '/etc/grafana', Mode: '', RW: true }, { Type: 'volume', Name: 'data', Source: '/var/lib/docker/volumes/data/_data', Destination: '/var/lib/grafana' }],
  Config: {
    Image: 'grafana/grafana:12.2.0', User: '472', WorkingDir: '/usr/share/grafana', Entrypoint: ['/run.sh'], Cmd: change.cmd ?? null,
    Env: ['PATH=/usr/share/grafana/bin:/bin', 'GF_PATHS_CONFIG=/etc/grafana/grafana.ini', 'GF_PATHS_DATA=/var/lib/grafana', 'GF_PATHS_HOME=/usr/share/grafana', ...change.env ?? []],
  },
}]);

describe('parseContainer', () => {
  it('finds the config where the host has it, and the paths that run.sh hands on', () => {
    expect(parseContainer('docker', inspected({}))).toMatchObject({
      running: true,
      facts: { engine: 'docker', name: 'grafana', image: 'grafana/grafana:12.2.0', configPath: '/etc/grafana/grafana.ini', hostConfigPath: '/srv/grafana/etc/grafana.ini' },
      words: ['/run.sh', 'cfg:default.paths.data=/var/lib/grafana'],
    });
  });

  it.each<[string, Parameters<typeof inspected>[0], string | undefined]>([
    ['a mounted file', { mounts: [{ Source: '/a/my.ini', Destination: '/etc/grafana/grafana.ini' }] }, '/a/my.ini'],
    ['the longer of two mounts', { mounts: [{ Source: '/a', Destination: '/etc' }, { Source: '/b/', Destination: '/etc/grafana/' }] }, '/b/grafana.ini'],
    ['a mount of something that is named alike', { mounts: [{ Source: '/a', Destination: '/etc/graf' }] }, undefined],
    ['no mount', { mounts: [] }, undefined],
    ['another config by variable', { env: ['GF_PATHS_CONFIG=/etc/grafana/x.ini'] }, '/srv/grafana/etc/x.ini'],
    ['another config by argument', { cmd: ['--config=/etc/grafana/y.ini'] }, '/srv/grafana/etc/y.ini'],
  ])('follows %s', (_, change, expected) => {
    expect(parseContainer('docker', inspected(change))?.facts.hostConfigPath).toBe(expected);
  });

  it('reads GF_X__FILE as run.sh does', () => {
    expect(parseContainer('podman', inspected({ env: ['GF_DATABASE_PASSWORD__FILE=/etc/grafana/pw'] }))?.variables.at(-1)).toEqual({ name: 'GF_DATABASE_PASSWORD', value: '$__file{/srv/grafana/etc/pw}' });
  });

  it.each(['', '[]', '{}', '[null]', 'Error: No such container: grafana', '[{"Config": 7}]'])('knows that %j is no container', (text) => {
    expect(parseContainer('docker', text)).toBeUndefined();
  });
});
