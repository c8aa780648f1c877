import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { parseClusterFile } from '../../src/cluster/cluster-file.ts';
import { renderClusterFile } from '../../src/cluster/cluster-file-render.ts';
import { updateClusterFile } from '../../src/cluster/cluster-file-update.ts';
import { arbitraryCluster } from './arbitrary-cluster.ts';
import { example } from './example.ts';

const folder = '/etc/ha';

function read(text: string): Cluster {
  const parsed = parseClusterFile(text, folder);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

describe('updateClusterFile', () => {
  it('leaves a file that says so already as it is, byte for byte', () => {
    const spelled = `; mine\n[alerting]\nport=9094 \n${example}`;
    expect(updateClusterFile(spelled, read(spelled), folder)).toBe(spelled);
  });

  it('touches only the lines that differ', () => {
    const wanted: Cluster = { ...read(example), rootUrl: 'https://new.example.com/' };
    expect(updateClusterFile(example, wanted, folder)).toBe(example.replace('https://grafana.example.com/', 'https://new.example.com/'));
  });

  it('keeps what is said for all nodes and for one apart when both change', () => {
    const text = `${example}\n[grafana]\n; all of them\nunit = grafana\n[node.grafana-1]\n; but this one\nunit = other\n`;
    const before = read(text);
    const wanted: Cluster = { ...before, nodes: before.nodes.map((node) => ({ ...node, grafana: { ...node.grafana, unit: 'third' } })) };
    const updated = updateClusterFile(text, wanted, folder);
    expect(read(updated)).toEqual(wanted);
    expect(updated).toContain('; but this one\n');
  });

  it('drops a node with all that is said of it, adds another, and follows a new order', () => {
    const before = read(example);
    const [first, second] = before.nodes;
    const third = { ...first!, name: 'grafana-3', target: { text: 'ops@10.0.0.13', user: 'ops', host: '10.0.0.13' } };
    for (const nodes of [[first!, third], [third, second!, first!], [second!, first!]]) {
      const wanted: Cluster = { ...before, nodes };
      const updated = updateClusterFile(example, wanted, folder);
      expect(read(updated)).toEqual(wanted);
      expect(updated.split('\n').filter((line) => line.startsWith(';'))).toEqual(example.split('\n').filter((line) => line.startsWith(';')));
    }
  });

  it('makes any file say anything, and loses no comment', () => {
    fc.assert(fc.property(arbitraryCluster, arbitraryCluster, (one, other) => {
      const text = renderClusterFile(one, folder).replaceAll('\n[', '\n; kept\n[');
      const updated = updateClusterFile(text, other, folder);
      const lines = (file: string) => file.split('\n').sort();
      expect(lines(renderClusterFile(read(updated), folder))).toEqual(lines(renderClusterFile(other, folder)));
      expect(updated.match(/^; kept$/gm)?.length).toBe(text.match(/^; kept$/gm)?.length);
    }), { numRuns: 300 });
  });
});
