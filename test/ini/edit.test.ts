import fc from 'fast-check';
import { parse } from 'ini';
import { describe, expect, it } from 'vitest';
import { npmIniDialect } from '../../src/ini/npm-ini-dialect.ts';
import { editText, removeSetting, setSetting } from '../../src/ini/edit.ts';

const set = (text: string, section: string, key: string, written: string) => setSetting(text, { section, key, written }, npmIniDialect);

describe('setSetting in our own file', () => {
  it.each([
    ['a value', '[s]\r\n  a = 1 ; c\r\nb=2', '[s]\r\n  a = X ; c\r\nb=2'],
    ['a value that held an escaped mark', '[s]\na = x\\;y ; c\n', '[s]\na = X ; c\n'],
    ['an empty value', '[s]\na =\n', '[s]\na = X\n'],
    ['an empty value without space', '[s]\na=\n', '[s]\na=X\n'],
    ['an empty value before a comment', '[s]\na = ; c\n', '[s]\na = X ; c\n'],
    ['a key without a value', '[s]\na\n', '[s]\na = X\n'],
    ['a quoted value', '[s]\na = "1 ; 2"\n', '[s]\na = X\n'],
    ['the last of duplicates', '[s]\na = 1\n[t]\n[s]\na = 2\n', '[s]\na = 1\n[t]\n[s]\na = X\n'],
    ['behind the commented default', '[s]\n; a = 1\nb = 2\n', '[s]\n; a = 1\na = X\nb = 2\n'],
    ['behind the last setting', '[s]\n\tb = 2\n\n; about t\n[t]\n', '[s]\n\tb = 2\n\ta = X\n\n; about t\n[t]\n'],
    ['behind a bare header', '[s]\n[t]\n', '[s]\na = X\n[t]\n'],
    ['without a final line break', '[s]\r\nb = 2', '[s]\r\nb = 2\r\na = X'],
    ['a new section', 'b = 2', 'b = 2\n\n[s]\na = X\n'],
    ['a new section with CRLF', '[t]\r\nb = 2\r\n', '[t]\r\nb = 2\r\n\r\n[s]\r\na = X\r\n'],
    ['an empty text', '', '[s]\na = X\n'],
    ['a byte order mark', '\ufeff[s]\na = 1\n', '\ufeff[s]\na = X\n'],
    ['a lone \\r as a line break', '[s]\ra = 1\rb = 2\r', '[s]\ra = X\rb = 2\r'],
  ])('changes %s and nothing else', (_what, before, after) => {
    expect(set(before, 's', 'a', 'X')).toBe(after);
  });

  it('puts a setting of the unnamed section at the top', () => {
    expect(set('\ufeff; head\n[s]\n', '', 'a', 'X')).toBe('\ufeffa = X\n; head\n[s]\n');
  });

  it('moves a comment that would become part of the value to a line of its own', () => {
    const after = set('[s]\n  a = 1 ; why\n', 's', 'a', '"x;y"');
    expect(after).toBe('[s]\n  ; why\n  a = "x;y"\n');
    expect(parse(after)).toEqual({ s: { a: 'x;y' } });
  });
});

describe('removeSetting', () => {
  it('removes every occurrence and keeps the rest', () => {
    expect(removeSetting('[s]\na = 1\n; c\n[t]\na = 3\n[s]\na = 2 ; d', { section: 's', key: 'a' }, npmIniDialect)).toBe('[s]\n; c\n[t]\na = 3\n[s]\n');
  });

  it('removes half a million of them', () => {
    expect(removeSetting(`[s]\n${'a=1\n'.repeat(500_000)}`, { section: 's', key: 'a' }, npmIniDialect)).toBe('[s]\n');
  });

  it('changes nothing where there is nothing to remove', () => {
    expect(removeSetting('[s]\n; a = 1\n', { section: 's', key: 'a' }, npmIniDialect)).toBe('[s]\n; a = 1\n');
  });
});

describe('editText', () => {
  it('makes several changes, the later of two to one setting counting', () => {
    const changes = [
      { section: 's', key: 'a', written: '1' }, { section: 'n', key: 'x', written: '1' }, { section: 's', key: 'b', written: undefined },
      { section: 'n', key: 'y', written: '2' }, { section: 's', key: 'c', written: '3' }, { section: 's', key: 'a', written: '4' },
    ];
    expect(editText('[s]\na = 0\nb = 0\n', changes, npmIniDialect)).toBe('[s]\na = 4\nc = 3\n\n[n]\nx = 1\ny = 2\n');
  });

  it('keeps a value and a line put behind it apart where both meet at the end of the text', () => {
    const changes = [{ section: 's', key: 'b', written: '2' }, { section: 's', key: 'a', written: '1' }];
    expect(editText('[s]\na =', changes, npmIniDialect)).toBe('[s]\na = 1\nb = 2');
  });

  const line = fc.constantFrom('[s]', '[t]', 'a = 1', 'a=2 ; c', 'b = x\\;y # c', 'b', ' c = "q"', 'c = "q" ; d', '; a = 9', '#b=9', '', '; text', 'd =', 'd = ; e');
  const text = fc.tuple(fc.array(line, { maxLength: 15 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([lines, eol, ended]) => lines.join(eol) + (ended ? eol : ''));

  it('gives back a text without changes byte for byte', () => {
    fc.assert(fc.property(text, (before) => { expect(editText(before, [], npmIniDialect)).toBe(before); }));
  });

  it('is read by npm ini as the edit and nothing else', () => {
    fc.assert(fc.property(text, fc.constantFrom('s', 't', 'new'), fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('X', '"x;y"', 'x\\#y', undefined), (before, section, key, written) => {
      const expected: Record<string, Record<string, unknown>> = structuredClone({ ...parse(before) });
      if (written !== undefined) (expected[section] ??= {})[key] = parse(`v = ${written}`)['v'];
      else delete expected[section]?.[key];
      expect({ ...parse(editText(before, [{ section, key, written }], npmIniDialect)) }).toEqual(expected);
    }), { numRuns: 5_000 });
  });
});
