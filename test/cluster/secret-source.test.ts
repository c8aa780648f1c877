import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSecretSource, parseSecretSource } from '../../src/cluster/secret-source.ts';
import { formatWords, parseWords } from '../../src/cluster/words.ts';

describe('secret sources', () => {
  it.each([
    ['nodes', { kind: 'nodes' }],
    ['ask', { kind: 'ask' }],
    ['env:GRAFANA_DB_PASSWORD', { kind: 'env', name: 'GRAFANA_DB_PASSWORD' }],
    ['file:secrets/db password', { kind: 'file', path: 'secrets/db password' }],
    ['file: ~/x', { kind: 'file', path: '~/x' }],
    ['command:op read op://ops/grafana/password', { kind: 'command', words: ['op', 'read', 'op://ops/grafana/password'] }],
    [`command:pass show 'grafana db' "it's"`, { kind: 'command', words: ['pass', 'show', 'grafana db', "it's"] }],
  ])('reads %s', (text, value) => {
    expect(parseSecretSource(text)).toEqual({ ok: true, value });
  });

  it.each([
    '', 'hunter2', 'Nodes', 'env:', 'env:A-B', 'env:1A', 'file:', 'file:a\nb', 'command:', "command:''", 'command:a | b', 'command:a $HOME', "command:a 'b", 'command:a "b', 'vault:hunter2',
  ])('refuses %j', (text) => {
    const parsed = parseSecretSource(text);
    expect(parsed).toMatchObject({ ok: false, hint: expect.stringMatching(/\w/) });
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });

  it.each(['nodes', 'ask', 'env:A', 'file:a b', `command:a 'b c' "it's"`])('formats %s as it was', (text) => {
    const parsed = parseSecretSource(text);
    expect(parsed.ok && formatSecretSource(parsed.value)).toBe(text);
  });

  it('splits what it joined into the same words', () => {
    fc.assert(fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (first, rest) => {
      expect(parseWords(formatWords([first, ...rest]))).toEqual({ ok: true, value: [first, ...rest] });
    }), { numRuns: 2000 });
  });
});
