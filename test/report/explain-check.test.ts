import { describe, expect, it } from 'vitest';
import { everyCheck } from '../../src/checks/every-check.ts';
import { explainCheck } from '../../src/report/explain-check.ts';

const plain = (_colour: string, text: string): string => text;

describe('the explanation of a check', () => {
  it('says what it means, why it matters, how to mend it and how to accept it', () => {
    const check = { id: 'peers.udp', group: 'gossip', title: 'UDP is open', why: 'Alerts double.', fix: 'Open the port.', judgeAll: () => [] } as const;
    expect(explainCheck(check, plain, 80)).toBe([
      'peers.udp',
      '  means   UDP is open.',
      '  why     Alerts double.',
      '  mend    Open the port.',
      '  accept  peers.udp = WHY (until DATE) under [ignore] of the cluster file;',
      '          --ignore peers.udp for this once',
    ].join('\n'));
  });

  it.each(everyCheck.map((check) => [check.id, check] as const))('of %s fits the screen and has every part', (_id, check) => {
    const text = explainCheck(check, plain, 80);
    const longestWord = Math.max(...text.split(/\s+/).map((word) => word.length));
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(Math.max(80, 10 + longestWord));
    for (const part of [check.title, check.why, check.fix]) expect(part.trim().length).toBeGreaterThan(10);
    expect(check.fix).toMatch(/[.!?]$/);
    expect(check.title).not.toMatch(/\.$/);
  });
});
