import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { framing, parseAnswer } from '../../src/shell/framed-answer.ts';
import { raw, sh } from '../../src/shell/quote.ts';

describe('a framed answer', () => {
  it.each(['plain', '', 'two\nlines\n', 'key value', "it's \"quoted\" $HOME `x` \\n", 'ü€😀'])('brings %j through a shell unchanged', (value) => {
    const said = execFileSync('sh', ['-c', sh`${raw(framing)}echo noise; say key ${value}; say ${'file /a b'} ${value}`], { encoding: 'utf8' });
    expect(parseAnswer(said).text('key')).toBe(value);
    expect([...parseAnswer(said).under('file')]).toEqual([['/a b', value]]);
  });

  it('has nothing under a key that was not put', () => {
    expect(parseAnswer('MOTD says hello\n').text('key')).toBeUndefined();
  });
});
