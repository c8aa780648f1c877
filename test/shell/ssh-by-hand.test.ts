import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../src/cluster/target.ts';
import { sshByHand } from '../../src/shell/ssh-by-hand.ts';

describe('what a person types to log in as we do', () => {
  it.each([
    ['graf-a', undefined, 'graf-a'],
    ['ops@10.0.0.11', undefined, 'ops@10.0.0.11'],
    ['ops@10.0.0.11:2222', undefined, '-p 2222 ops@10.0.0.11'],
    ['[2001:db8::1]:2222', undefined, "-p 2222 2001:db8::1"],
    ['graf-a', '/etc/my ssh', "-F '/etc/my ssh' graf-a"],
  ])('%s with config %s', (text, config, words) => {
    const parsed = parseTarget(text);
    expect(parsed.ok && sshByHand(parsed.value, config)).toBe(words);
  });
});
