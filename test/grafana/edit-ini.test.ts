import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editIni, wouldClobberParent } from '../../src/grafana/edit-ini.ts';
import { readRawIni } from '../../src/grafana/read-ini.ts';
import { UserError } from '../../src/errors.ts';

const set = (text: string, section: string, key: string, written: string) => editIni(text, [{ section, key, written }]);

function raws(text: string): Record<string, Record<string, string>> | undefined {
  const reading = readRawIni(text);
  return reading.ok ? Object.fromEntries([...reading.sections].map(([name, settings]) => [name, Object.fromEntries([...settings].map(([key, { raw }]) => [key, raw]))])) : undefined;
}

describe('editIni', () => {
  it.each([
    ['a value before a comment', '[s]\r\n  a : 1 ; c\r\nb=2', '[s]\r\n  a : X ; c\r\nb=2'],
    ['a value of several lines', '[s]\na = """1\n2\n3""" # c\nb = 2\n', '[s]\na = X # c\nb = 2\n'],
    ['a value in backquotes of several lines', '[s]\na = `1\r\n2`\r\nb = 2\r\n', '[s]\na = X\r\nb = 2\r\n'],
    ['glued lines', '[s]\na = 1\\\n  2 ; c\\\n\nb = 2\n', '[s]\na = X\n\nb = 2\n'],
    ['a quoted key', '[s]\n"a" = 1\n', '[s]\n"a" = X\n'],
    ['a value with junk behind its quote', '[s]\na = """1""" junk ; c\n', '[s]\na = X\n'],
    ['the last of duplicates', '[s]\na = 1\n[t]\n[s]\na = 2\n', '[s]\na = 1\n[t]\n[s]\na = X\n'],
    ['an empty value', '[s]\na =\nb =\n', '[s]\na = X\nb =\n'],
    ['behind a commented default', '[s]\n;b =\n#a = 1\n\n#### t\n[t]\n', '[s]\n;b =\n#a = 1\na = X\n\n#### t\n[t]\n'],
    ['behind a commented default, not one inside a value', '[s]\nb = """\n;a = 1\n"""\nc = 1\n', '[s]\nb = """\n;a = 1\n"""\nc = 1\na = X\n'],
    ['behind the last commented default where nothing is set', '[s]\n;b =\n;c =\n\n#### t\n[t]\n', '[s]\n;b =\n;c =\na = X\n\n#### t\n[t]\n'],
    ['behind glued lines', '[s]\nb = 1\\\n\n[t]\n', '[s]\nb = 1\\\n\na = X\n[t]\n'],
    ['behind a backslash that ends the text', '[s]\nb = 1\\', '[s]\nb = 1\\\n\na = X'],
    ['behind a backslash and a line break that end the text', '[s]\nb = 1\\\n', '[s]\nb = 1\\\n\na = X\n'],
    ['a new section', 'b = 2\n', 'b = 2\n\n[s]\na = X\n'],
  ])('changes %s and nothing else', (_what, before, after) => {
    expect(set(before, 's', 'a', 'X')).toBe(after);
    expect(raws(after)?.['s']?.['a']).toBe('X');
  });

  it.each([
    ['"""x"""', '# say """', '[s]\n# say """\na = """x"""\n'],
    ['`x`', '; `', '[s]\n; `\na = `x`\n'],
    ['x', '; \\', '[s]\n; \\\na = x\n'],
    ['"""x"""', '; \\', '[s]\na = """x""" ; \\\n'],
    ['x', '# """', '[s]\na = x # """\n'],
  ])('lets %s be followed only by a comment that leaves it alone: %s', (written, comment, after) => {
    // A comment with a backslash at its end can only follow a quoted value.
    const before = `[s]\na = ${comment.endsWith('\\') ? '`1`' : '1'} ${comment}\n`;
    expect(set(before, 's', 'a', written)).toBe(after);
    expect(raws(after)?.['s']?.['a']).toBe('x');
  });

  it('puts a setting of the unnamed section at the top, behind a byte order mark', () => {
    expect(set('\ufeff# head\r\n[s]\r\n', 'DEFAULT', 'a', 'X')).toBe('\ufeffa = X\r\n# head\r\n[s]\r\n');
    expect(set(';a = 1\n[s]\n', 'DEFAULT', 'a', 'X')).toBe(';a = 1\na = X\n[s]\n');
  });

  it('removes every occurrence', () => {
    expect(editIni('[s]\na = """1\n2"""\n;a = 3\n[s]\na = 4', [{ section: 's', key: 'a', written: undefined }])).toBe('[s]\n;a = 3\n[s]\n');
  });

  it('refuses a text that Grafana cannot read, or could not read afterwards', () => {
    expect(() => set('[s]\na\n', 's', 'a', 'X')).toThrow(UserError);
    // go-ini reads this as three quotes, until something follows.
    expect(() => set('[s]\na = """', 's', 'b', 'X')).toThrow(UserError);
  });
});

// The texts are hostile, but most can be read; those that cannot are skipped and counted.
const line = fc.constantFrom(
  '[s]', '[s] ; ]x]', '[t.u]', '[DEFAULT]', '[t]#c', 'a = 1', 'a=2 ; c', '\ta : 3 # c \\', 'b = """x""" # y"""z', 'b = """', '"""', 'b = `q` junk', 'c = `', '`', 'c = 1\\', '  2 ; c\\', '"c" = "x#y', 'd =', 'd = ; e', 'd=#', '`a` = \u00a0v\u0085',
  ';a = 1', '#b =', ';  c=', '# prose: a = 1', '', '  ', '- = n', 'd = "v"', "a = 'v'", 'a = \\', 'a = a"""', 'x\ufeff = 1',
);
const hostileText = fc.tuple(fc.boolean(), fc.array(line, { maxLength: 18 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([bom, lines, eol, ended]) => (bom ? '\ufeff' : '') + lines.join(eol) + (ended ? eol : ''));
const written = fc.constantFrom(['X', 'X'], ['', ''], ['"""a#b\\"""', 'a#b\\'], ['`q"`', 'q"'], ['""""""', ''], undefined);
const change = fc.record({ section: fc.constantFrom('s', 't', 't.u', 'DEFAULT', 'new', 's] ; ]x'), key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), written });

describe('edit then read', () => {
  it('gives the edits and nothing else, and leaves a text without edits byte for byte', () => {
    let readable = 0;
    fc.assert(fc.property(hostileText, fc.array(change, { minLength: 1, maxLength: 3 }), (before, changes) => {
      const expected = raws(before);
      if (expected === undefined || /= """$/.test(before)) return;
      readable++;
      expect(editIni(before, [])).toBe(before);
      for (const { section, key, written: value } of changes) {
        if (value !== undefined) (expected[section] ??= {})[key] = value[1] ?? '';
        else delete expected[section]?.[key];
      }
      const after = editIni(before, changes.map(({ section, key, written: value }) => ({ section, key, written: value?.[0] })));
      const found = raws(after) ?? {};
      // A section made by a change that a later change took back may or may not be there.
      const filled = (sections: typeof expected) => Object.fromEntries(Object.entries(sections).filter(([, settings]) => Object.keys(settings).length > 0));
      expect(filled(found), JSON.stringify(after)).toEqual(filled(expected));
    }), { numRuns: 20_000 });
    expect(readable).toBeGreaterThan(4_000);
  }, 60_000);

  it('changes only the edited lines of a long file in 1,000 random edits', () => {
    const settings = Array.from({ length: 1500 }, (_, index) => {
      const forms = [`key_${index} = value ; note ${index}`, `;key_${index} = off`, `# about ${index}`, `key_${index} : """v#${index}"""`, ''];
      return index % 25 === 0 ? `[section_${index / 25}]` : forms[index % forms.length] ?? '';
    });
    for (const eol of ['\n', '\r\n']) {
      fc.assert(fc.property(fc.nat(1499), fc.constantFrom('X', '"""#"""'), (index, value) => {
        const section = `section_${Math.floor(index / 25)}`;
        const before = settings.join(eol);
        const after = set(before, section, `key_${index}`, value).split(eol);
        const at = after.findIndex((found, place) => found !== settings[place]);
        expect(after[at]).toContain(value);
        const isNew = after.length === settings.length + 1;
        expect([...after.slice(0, at), ...after.slice(at + 1)]).toEqual([...settings.slice(0, at), ...settings.slice(isNew ? at : at + 1)]);
        expect(raws(after.join(eol))?.[section]?.[`key_${index}`]).toBe(value.replaceAll('"""', ''));
      }), { numRuns: 500 });
    }
  }, 60_000);
});

describe('wouldClobberParent', () => {
  const sections = new Map([['DEFAULT', new Map([['app_mode', 1]])], ['security', new Map([['secret_key', 1]])], ['unified_alerting.screenshots', new Map([['capture', 1]])], ['unified_alerting', new Map([['enabled', 1], ['capture', 1]])]]);

  it.each([
    ['security.encryption', 'secret_key', 'security'],
    ['security.encryption.more', 'secret_key', 'security'],
    ['unified_alerting.screenshots', 'enabled', 'unified_alerting'],
    ['unified_alerting.screenshots', 'capture', undefined],
    ['security.encryption', 'new', undefined],
    ['security', 'secret_key', undefined],
    ['.x', 'y', undefined],
    ['.x', 'app_mode', 'DEFAULT'],
    ['x', 'app_mode', undefined],
  ])('of [%s] %s is %s', (section, key, parent) => {
    expect(wouldClobberParent(sections, section, key)).toBe(parent);
  });
});
