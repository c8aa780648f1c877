import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote, raw, sh } from '../../src/shell/quote.ts';

describe('sh', () => {
  it.each<[string, string, string]>([
    ['leaves a harmless word bare', sh`cat ${'/etc/grafana/grafana.ini'}`, 'cat /etc/grafana/grafana.ini'],
    ['quotes what the shell would read', sh`mv ${'a b'} ${'$(x)'}`, "mv 'a b' '$(x)'"],
    ['quotes a single quote', sh`echo ${"it's"}`, "echo 'it'\\''s'"],
    ['keeps an empty word', sh`test -z ${''}`, "test -z ''"],
    ['makes an array several words', sh`rm -f -- ${['a', 'b c']}`, "rm -f -- a 'b c'"],
    ['makes an empty array no word', sh`true ${[]}`, 'true '],
    ['writes numbers', sh`head -c ${5}`, 'head -c 5'],
    ['puts a fragment in as it is', sh`if ${raw(sh`test -e ${'a b'}`)}; then echo; fi`, "if test -e 'a b'; then echo; fi"],
    ['leaves backslashes to the shell', sh`printf '%s\n' x`, "printf '%s\\n' x"],
    ['lets the shell have ${} and backticks', sh`echo "\${x%.}" \`id\``, 'echo "${x%.}" `id`'],
  ])('%s', (_, script, expected) => {
    expect(script).toBe(expected);
  });

  it('gives a real shell the very bytes it was given', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
    fc.assert(fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (words) => {
      const { stdout } = spawnSync('sh', ['-c', sh`printf '%s\0' ${words}`], { encoding: 'utf8' });
      expect(stdout.split('\0').slice(0, -1)).toEqual(words);
    }), { numRuns: 50 });
  });
});

describe('quote', () => {
  it.each(['~root', 'A=b', 'a;b', '-n x', '#', '*'])('does not let the shell read %s', (text) => {
    expect(quote(text)).toBe(`'${text}'`);
  });
});
