import { describe, expect, it } from 'vitest';
import { failed, passed, skipped, warned } from '../../src/checks/check.ts';
import type { Result } from '../../src/checks/run-checks.ts';
import { peerMatrix } from '../../src/report/peer-matrix.ts';

const finding = { code: 'silent', found: '', expected: '', hint: '' };
const plain = (_colour: string, text: string): string => text;
const about = (check: string, label: string, judgement: Result['judgement']): Result => {
  const [left = '', arrow = '', right = ''] = label.split(' ');
  return { check, group: 'gossip', title: '', label, judgement, ...(arrow === '↔' ? { node: left, peer: right } : { node: right, peer: left }) };
};
const names = ['graf-a', 'graf-b', 'graf-c'];

describe('the picture of the ways between the nodes', () => {
  it('shows each way, and names the blocked pair', () => {
    const results = ['peers.tcp', 'peers.udp', 'peers.http'].flatMap((check) => [
      about(check, 'graf-a ↔ graf-b', check === 'peers.http' ? skipped('closed') : passed()),
      ...(check === 'peers.udp' ? [about(check, 'graf-a → graf-c', failed(finding)), about(check, 'graf-c → graf-a', passed())] : [about(check, 'graf-a ↔ graf-c', passed())]),
      about(check, 'graf-b ↔ graf-c', check === 'peers.udp' ? warned(finding) : passed()),
    ]);
    expect(peerMatrix(results, names, plain)).toBe([
      'from ↓  to →  graf-a  graf-b  graf-c  TCP UDP HTTP',
      'graf-a          ·     ✔ ✔ -   ✔ ✖ ✔',
      'graf-b        ✔ ✔ -     ·     ✔ ! ✔',
      'graf-c        ✔ ✔ ✔   ✔ ! ✔     ·',
      'blocked  UDP graf-a → graf-c',
    ].join('\n'));
  });

  it('is not there while every way is open or was not tried', () => {
    expect(peerMatrix([about('peers.tcp', 'graf-a ↔ graf-b', passed()), about('peers.udp', 'graf-a ↔ graf-b', skipped('x'))], names, plain)).toBe('');
  });

  it('shows those in trouble where there are more nodes than fit', () => {
    const many = Array.from({ length: 30 }, (_, index) => `n${index}`);
    const text = peerMatrix([about('peers.tcp', 'n3 ↔ n17', failed(finding))], many, plain);
    expect(text.split('\n')).toHaveLength(5);
    expect(text).toContain('the 2 of 30 nodes');
  });
});
