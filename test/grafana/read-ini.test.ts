import { describe, expect, it } from 'vitest';
import { readIni } from '../../src/grafana/read-ini.ts';
import { dump, readCases } from '../conformance/cases.ts';

function valueOf(text: string, section: string, key: string): string | undefined {
  const reading = readIni(text);
  return reading.ok ? reading.file.sections.get(section)?.get(key)?.value : undefined;
}

describe('readIni', () => {
  it.each([['values', 1500], ['files', 500]] as const)('reads every case of %s.jsonl as go-ini does', (set, count) => {
    const cases = readCases<{ text: string }>(set);
    expect(cases).toHaveLength(count);
    for (const { input, expect: expected } of cases) {
      const reading = readIni(input.text);
      const found = reading.ok ? dump(reading.file.sections) : 'an error';
      expect(found, JSON.stringify(input.text)).toEqual('error' in expected ? 'an error' : expected);
    }
  });

  // Each row was run through go-ini 1.67.0.
  it.each([
    ['a closing quote counts from the right', 'k = """a"""b"""\n', 'a"""b'],
    ['three quotes at the very end are plain', 'k = """', '"""'],
    ['a comment behind a backslash is glued on', 'k = a # b \\\n c\n', 'a # b c'],
    ['a backslash at the very end is dropped', 'k = a\\', 'a'],
    ['U+0085 is trimmed', 'k = \u0085v\u0085\n', 'v'],
    ['U+FEFF is not trimmed', 'k = \ufeffv\n', '\ufeffv'],
    ['a byte order mark is skipped', '\ufeffk = v\n', 'v'],
    ['what follows a quoted name is ignored', '`k` junk = v\n', 'v'],
    ['a lone \\r is no line break', 'k = a\rb\n', 'a\rb'],
    ['an unknown reference stops the ones behind it', 'x = 1\nk = %(no)s %(x)s\n', '%(no)s %(x)s'],
    ['a reference to itself stays', 'k = %(k)s\n', '%(k)s'],
  ])('%s', (_what, text, value) => {
    expect(valueOf(text, 'DEFAULT', 'k')).toBe(value);
  });

  it('numbers keys called - in each section anew', () => {
    expect(valueOf('- = a\n- = b\n[s]\n- = c\n', 'DEFAULT', '#2')).toBe('b');
    expect(valueOf('- = a\n- = b\n[s]\n- = c\n', 's', '#1')).toBe('c');
  });

  it('looks a reference up in the parent section, then in DEFAULT', () => {
    expect(valueOf('[.s]\nk = %(x)s\n[DEFAULT]\nx = d\n', '.s', 'k')).toBe('d');
    expect(valueOf('[a]\nx = p\n[a.b.c]\nk = %(x)s\n', 'a.b.c', 'k')).toBe('p');
  });

  it.each([
    ['[a]\nk = 1\nnovalue\n', 3],
    ['k = """a\nb\n\n', 1],
    ['x = """\n\n"""\n[open\n', 4],
    ['x = a\\\nb\n\n= 1\n', 4],
    ['[]\n', 1],
    ['"" = 1\n', 1],
    ['"k = 1\n', 1],
  ])('says the line of the failure in %j', (text, line) => {
    expect(readIni(text)).toMatchObject({ ok: false, line });
  });

  it('says the line of the last of two settings', () => {
    const reading = readIni('\ufeffk = """\r\n"""\r\nk = 2\r\n');
    expect(reading.ok && reading.file.sections.get('DEFAULT')?.get('k')).toEqual({ raw: '2', value: '2', line: 3 });
  });

  it('refuses references that grow without end', () => {
    expect(readIni('a = %(b)s%(b)s\nb = %(a)s%(a)s\n')).toMatchObject({ ok: false, line: 1 });
    expect(readIni('[s]\nk = %(k)s\n[DEFAULT]\nk = %(k)s%(k)s\n')).toMatchObject({ ok: false });
  });

  it.each(['%(', '%(a', '${', 'k = %(a)x\n', '[a]\n', '"""\n', 'k = "\n'])('takes a megabyte of %j without stalling', (part) => {
    const started = performance.now();
    readIni(`k = ${part.repeat(1_000_000 / part.length)}\nx = 1\n`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
