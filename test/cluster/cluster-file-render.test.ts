import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseClusterFile } from '../../src/cluster/cluster-file.ts';
import { renderClusterFile } from '../../src/cluster/cluster-file-render.ts';
import { arbitraryCluster } from './arbitrary-cluster.ts';
import { example } from './example.ts';

describe('renderClusterFile', () => {
  it('writes the example of the documentation, to the byte', () => {
    const parsed = parseClusterFile(example, '/home/ops/prod');
    expect(parsed.ok && renderClusterFile(parsed.value, '/home/ops/prod')).toBe(example);
  });

  it('writes what parses to the same cluster', () => {
    fc.assert(fc.property(arbitraryCluster, (cluster) => {
      expect(parseClusterFile(renderClusterFile(cluster, '/etc/ha'), '/etc/ha')).toEqual({ ok: true, value: cluster });
    }), { numRuns: 1000 });
  });

  it('gives the same bytes for the same cluster', () => {
    fc.assert(fc.property(arbitraryCluster, (cluster) => {
      expect(renderClusterFile(structuredClone(cluster), '/etc/ha')).toBe(renderClusterFile(cluster, '/etc/ha'));
    }), { numRuns: 50 });
  });
});
