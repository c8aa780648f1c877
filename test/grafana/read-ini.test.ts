import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readIni } from '../../src/grafana/read-ini.ts';

type Case = { input: { text: string }; expect: { error: string } | { sections: Record<string, Record<string, { raw: string; value: string }>> } };

function cases(name: string): readonly Case[] {
  const text = readFileSync(new URL(`../conformance/${name}.jsonl`, import.meta.url), 'utf8');
  return text.trimEnd().split('\n').map((line) => JSON.parse(line) as Case);
}

/** What go-ini's dump of the same file looks like. */
function dump(text: string): unknown {
  const reading = readIni(text);
  if (!reading.ok) return 'error';
  return Object.fromEntries([...reading.file.sections].map(([name, settings]) =>
    [name, Object.fromEntries([...settings].map(([key, { raw, value }]) => [key, { raw, value }]))]));
}

describe('readIni', () => {
  it.each(['values', 'files'])('reads every case of %s.jsonl as go-ini does', (name) => {
    const all = cases(name);
    expect(all.length).toBeGreaterThanOrEqual(500);
    for (const { input, expect: expected } of all) {
      expect(dump(input.text), JSON.stringify(input.text)).toEqual('error' in expected ? 'error' : expected.sections);
    }
  });
});
