import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseClusterFile } from '../../src/cluster/cluster-file.ts';
import { editClusterFile } from '../../src/cluster/cluster-file-edit.ts';
import { readEntries } from '../../src/cluster/cluster-file-entries.ts';
import { renderClusterFile } from '../../src/cluster/cluster-file-render.ts';
import { npmIniDialect } from '../../src/ini/npm-ini-dialect.ts';
import { arbitraryCluster } from './arbitrary-cluster.ts';
import { example } from './example.ts';

describe('editClusterFile', () => {
  it('changes one value and keeps every other byte', () => {
    expect(editClusterFile(example, [{ section: 'database', key: 'host', value: 'db2:5432' }])).toBe(example.replace('db.example.com:5432', 'db2:5432'));
  });

  it('adds a node behind the others and removes another', () => {
    const edited = editClusterFile(example, [
      { section: 'nodes', key: 'grafana-3', value: 'ops@10.0.0.13' },
      { section: 'node.grafana-2', key: 'gossip_address', value: undefined },
    ]);
    const parsed = parseClusterFile(edited, '/etc/ha');
    expect(parsed.ok && parsed.value.nodes.map(({ name, gossipAddress }) => [name, gossipAddress])).toEqual([['grafana-1', undefined], ['grafana-2', undefined], ['grafana-3', undefined]]);
    expect(edited).toContain('; NAME = what you type after ssh\n');
  });

  it.each(['a;b', '#x', '"quoted"', "it's", 'back\\slash', 'plain words', 'trailing '])('writes %j so that it reads back', (value) => {
    const parsed = parseClusterFile(editClusterFile(example, [{ section: 'security', key: 'admin_user', value }]), '/etc/ha');
    expect(parsed).toMatchObject({ ok: true, value: { security: { adminUser: value } } });
  });

  it('sees the same sections, keys and values as the parser', () => {
    fc.assert(fc.property(arbitraryCluster, (cluster) => {
      const text = renderClusterFile(cluster, '/etc/ha');
      const spans = npmIniDialect.entries(text).filter((entry) => entry.kind === 'setting').map(({ section, key, start }) => ({ section, key, line: text.slice(0, start).split('\n').length }));
      expect(readEntries(text).entries.map(({ section, key, line }) => ({ section, key, line }))).toEqual(spans);
    }), { numRuns: 200 });
  });
});
