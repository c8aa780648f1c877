import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { UserError } from '../../src/errors.ts';
import { makeHooks } from '../../src/push/hooks.ts';
import type { LocalRunOptions } from '../../src/world.ts';
import { fakeWorld } from '../fake-world.ts';

const cluster = { name: 'prod', hooks: { beforeNode: ['./drain', 'it now'] } };
const node = { name: 'graf-a', host: 'ops-a', address: '10.0.0.11' };

describe('a hook', () => {
  it('is run with the node in its environment, and what it says is shown without secrets', async () => {
    const runs: { words: readonly string[]; options?: LocalRunOptions | undefined }[] = [];
    const world = fakeWorld({ run: (words, options) => {
      runs.push({ words, options });
      options?.onLine?.('drained with hunter2pw');
      return Promise.resolve({ stdout: '' });
    } });
    expect(await makeHooks(cluster, [new Secret('hunter2pw')], world)('beforeNode', node, 'restart')).toBeUndefined();
    expect(runs).toMatchObject([{ words: ['./drain', 'it now'], options: { timeoutMs: 600_000, environment: {
      GRAFANA_HA_CLUSTER: 'prod', GRAFANA_HA_NODE: 'graf-a', GRAFANA_HA_HOST: 'ops-a', GRAFANA_HA_ADDRESS: '10.0.0.11', GRAFANA_HA_ACTION: 'restart',
    } } }]);
    expect(world.noted).toEqual(['before_node graf-a: drained with [secret]']);
  });

  it('that is not named is not run', async () => {
    expect(await makeHooks(cluster, [], fakeWorld())('afterNode', node, 'start')).toBeUndefined();
  });

  it('that fails says so, without secrets', async () => {
    const world = fakeWorld({ run: () => Promise.reject(new UserError('The command "./drain" ended with 3: no hunter2pw.')) });
    expect(await makeHooks(cluster, [new Secret('hunter2pw')], world)('beforeNode', node, 'restart')).toEqual({ found: 'The hook before_node failed: The command "./drain" ended with 3: no [secret].', log: [] });
  });
});
