import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseMeshMetrics, pingGrowth, wasRestarted } from '../../src/grafana/metrics.ts';

const recorded = (state: string, name: string): string => readFileSync(join(import.meta.dirname, '../recorded/metrics', state, `${name}.prom`), 'utf8');
const watch = (state: string, node: number) => ({ first: parseMeshMetrics(recorded(state, `node${node}-t0`)), last: parseMeshMetrics(recorded(state, `node${node}-t12`)) });

describe('the metrics of a mesh', () => {
  it('are read as 12.2 writes them', () => {
    expect(parseMeshMetrics(recorded('healthy', 'node1-t0'))).toEqual({
      members: 3, position: 0, peersLeft: 0, ownId: '01M83D4Y5RAEP3QTWMPXH61HQ4', startedAt: 1795410784.47,
      pings: new Map([['01M83D4Z7EF1MHXK6GWPVA0N8C', 18], ['01M83D502YVZKJ3HJ0P3RV6X5B', 17]]),
    });
  });

  it.each(['grafana_alertmanager_', 'grafana_alerting_alertmanager_'])('are read under the prefix %s', (prefix) => {
    const text = recorded('healthy', 'node1-t0');
    expect(parseMeshMetrics(text.replaceAll(/^alertmanager_/gm, prefix))).toEqual(parseMeshMetrics(text));
  });

  it('are not taken from a plugin or from a comment', () => {
    expect(parseMeshMetrics('# HELP alertmanager_cluster_members 7\ngrafana_plugin_build_info{plugin_id="alertmanager"} 1\nx_alertmanager_cluster_members 4\n')).toEqual({ pings: new Map() });
  });

  it('tell of Redis what there is', () => {
    expect(parseMeshMetrics(recorded('redis-dead', 'node1-t0'))).toMatchObject({ members: 0, position: 0, pingFailures: 15, pings: new Map([['redis-server', 9]]) });
  });

  it('tell who answered over UDP while two nodes were watched', () => {
    const [one, two, three] = [1, 2, 3].map((node) => watch('udp-blocked-one-pair', node));
    expect([pingGrowth(one!, two!), pingGrowth(two!, one!), pingGrowth(one!, three!), pingGrowth(three!, two!)]).toEqual([0, 0, 7, 6]);
  });

  it('tell nothing of a node that was started anew meanwhile, or was looked at once', () => {
    const [one, two] = [watch('healthy', 1), watch('healthy', 2)];
    const restarted = { ...two, last: { ...two.last, ownId: 'ANOTHER' } };
    expect([wasRestarted(two), wasRestarted(restarted)]).toEqual([false, true]);
    expect([pingGrowth(one, restarted), pingGrowth(one, { first: two.first }), pingGrowth({ first: one.first }, two)]).toEqual([undefined, undefined, undefined]);
  });
});
