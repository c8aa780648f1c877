import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveConfig } from '../../src/grafana/effective-config.ts';
import { decodeFromDatabase, encodeForDatabase } from '../../src/grafana/database-value.ts';
import { writeFileReference, writeInline } from '../../src/grafana/write-value.ts';

const defaults = 'app_mode = production\n[database]\nuser = root\npassword =\nname = grafana\n';

/** What Grafana finds at [database] password of a config between whose other lines `written` stands. */
function readBack(written: string, files: Readonly<Record<string, string>> = {}, eol = '\n'): string | undefined {
  const custom = ['[database]', 'user = gr', `password = ${written}`, 'name = x', ''].join(eol);
  const reading = effectiveConfig({ defaults, custom, environment: [{ name: 'HOME', value: '/root', origin: 'test' }], readFile: (path) => files[path] });
  if (!reading.ok) return undefined;
  expect(reading.config.get('database', 'name')?.value).toBe('x');
  return reading.config.get('database', 'password')?.value;
}

const hostilePart = fc.constantFrom('"""', '"', "'", '`', '#', ';', '\\', '%', '%(user)s', '%(nope)s', '%(', ')s', '$', '${HOME}', '$__env{HOME}', '$__file{/etc/passwd}', '$__vault{a}', '{', '}', '(', ')', 's', '=', ':', '@', '/', '?', '&', ' ', '\t', '\u00a0', '\u0085', '\u2028', '\u3000', '\ufeff', '\u200b', 'ü', 'u\u0308', '€', '😀', 'ﬁ', 'a', 'b', '0', '[', ']', ',', '-', '\n', '\r', '\0', '\ud800');
const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.array(hostilePart, { maxLength: 12 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);

describe('write then read', () => {
  it.each(['postgres', 'mysql'] as const)('gives the same password on %s, inline and in a file, for 20,000 hostile strings', (type) => {
    const accepted = { inline: 0, file: 0 };
    fc.assert(fc.property(hostile, fc.constantFrom('\n', '\r\n'), (value, eol) => {
      const encoded = encodeForDatabase('password', value, type, '12.2.0');
      if (!encoded.ok) return;
      expect(decodeFromDatabase(encoded.text, type)).toBe(value);
      const inline = writeInline(encoded.text);
      if (inline.ok) {
        accepted.inline++;
        expect(readBack(inline.text, {}, eol)).toBe(encoded.text);
      }
      const file = writeFileReference('/etc/grafana/secrets/database_password', encoded.text);
      if (file.ok) {
        accepted.file++;
        expect(readBack(file.text, { '/etc/grafana/secrets/database_password': file.content }, eol)).toBe(encoded.text);
      }
    }), { numRuns: 20_000 });
    expect(Math.min(accepted.inline, accepted.file)).toBeGreaterThan(2_000);
  }, 60_000);

  it('finds the secret file whatever its path', () => {
    let accepted = 0;
    fc.assert(fc.property(hostile, (name) => {
      const path = `/etc/${name}`;
      const file = writeFileReference(path, 'secret');
      if (!file.ok) return;
      accepted++;
      expect(readBack(file.text, { [path]: file.content })).toBe('secret');
    }), { numRuns: 5_000 });
    expect(accepted).toBeGreaterThan(500);
  });
});

describe('writeInline', () => {
  it.each([
    ['', ''],
    ['https://grafana.example.com/', 'https://grafana.example.com/'],
    ['10.0.0.1:9094,10.0.0.2:9094', '10.0.0.1:9094,10.0.0.2:9094'],
    ['[::1]:5432', '[::1]:5432'],
    ['two words', 'two words'],
    ['a#b', '"""a#b"""'],
    ['a;b', '"""a;b"""'],
    [' a', '""" a"""'],
    ['a\u00a0', '"""a\u00a0"""'],
    ['a\\', '"""a\\"""'],
    ["'a'", '"""\'a\'"""'],
    ['"""a"""', '""""""a""""""'],
  ])('writes %j as %j', (value, text) => {
    expect(writeInline(value)).toEqual({ ok: true, text });
  });

  it.each([
    ['a\nb', 'a newline'], ['a\rb', 'a carriage return'], ['a\0', 'a NUL byte'], ['a\r\n', 'a carriage return and a newline'],
    ['%(user)s', '%(user)s'], ['${HOME}', '${…}'], ['$__vault{a:b}', '$__vault{…}'], ['\udc00', 'half a character'],
  ])('refuses %j and names it', (value, named) => {
    const written = writeInline(value);
    expect(written.ok ? 'written' : written.problem).toContain(named);
  });

  it('offers a file for what would be expanded, without showing it', () => {
    const written = writeInline('${SECRET}');
    expect(written.ok ? '' : written.hint).toContain('$__file{');
    expect(JSON.stringify(written)).not.toContain('SECRET');
  });
});

describe('writeFileReference', () => {
  it('quotes a path that holds a comment mark', () => {
    expect(writeFileReference('/a#b', 'x')).toEqual({ ok: true, text: '"""$__file{/a#b}"""', content: 'x\n' });
  });

  it.each([
    ['/a}b', 'x', 'holds }'], ['a/b', 'x', 'not absolute'], ['/a\n', 'x', 'The path holds a newline'], ['/%(user)s', 'x', 'The path holds %(user)s'],
    ['/a', ' x', 'a space'], ['/a', 'x\u00a0', 'U+00A0 (no-break space)'], ['/a', 'x\n', 'a newline'],
    ['/a', '%(user)s', '%(user)s'], ['/a', '$__vault{x}', '$__vault{…}'],
  ])('refuses %j with %j and says why', (path, content, named) => {
    const written = writeFileReference(path, content);
    expect(written.ok ? 'written' : written.problem).toContain(named);
  });
});
