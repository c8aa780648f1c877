import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../src/cluster/redact.ts';
import { Secret } from '../../src/cluster/secret.ts';

const hostile = `p@ß w'o"r\\d;#%<&>$\`+/=\t!`;
const hide = (text: string, ...secrets: string[]): string => redact(text, secrets.map((secret) => new Secret(secret)));
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('redact', () => {
  it.each([
    ['raw', hostile],
    ['percent-encoded by JavaScript', encodeURIComponent(hostile)],
    ['percent-encoded in lower case', encodeURIComponent(hostile).replace(/%../g, (code) => code.toLowerCase())],
    ['percent-encoded by WHATWG forms', new URLSearchParams({ x: 'a+b c' }).toString().slice(2), 'a+b c'],
    ['in the userinfo of a Go URL', 'a%20b$&+,;=%40', 'a b$&+,;=@'],
    ['as JSON', JSON.stringify(hostile).slice(1, -1)],
    ['as Go writes JSON', JSON.stringify(hostile).slice(1, -1).replace('<', '\\u003c').replace('>', '\\u003e').replace('&', '\\u0026')],
    ['as ASCII JSON', JSON.stringify(hostile).slice(1, -1).replace('ß', '\\u00df')],
    ['by Go %q', String.raw`a\"b\\c\td\u00a0e\x00`, 'a"b\\c\td\u00a0e\0'],
    ['in single quotes of a shell', hostile.replaceAll("'", "'\\''")],
    ['in other quotes of a shell', hostile.replaceAll("'", `'"'"'`)],
    ['in double quotes of a shell', hostile.replace(/["\\$`]/g, '\\$&')],
    ['in a PostgreSQL DSN', hostile.replace(/[\\']/g, '\\$&')],
    ['in a PostgreSQL DSN inside a Go log', hostile.replace(/[\\']/g, '\\$&').replace(/[\\"]/g, '\\$&').replace('\t', '\\t')],
    ['in an SQL literal', hostile.replaceAll("'", "''")],
    ['in base64', base64(hostile)],
    ['in base64 for URLs', Buffer.from(hostile).toString('base64url')],
    ['in HTTP basic', base64(`admin:${hostile}`)],
    ['in HTTP basic of another user', base64(`ab:${hostile}`)],
    ['in HTTP basic, one more', base64(`abc:${hostile}`)],
    ['between other bytes in base64', base64(`{"password":"${'hunter2'}"}`), 'hunter2'],
    ['without the newline of its file', 'hunter2', 'hunter2\n'],
  ])('hides a secret %s', (_, spelled, secret = hostile) => {
    expect(hide(`x "${spelled}" y`, secret)).toBe('x "[secret]" y');
  });

  it('hides it in ini triple quotes', () => {
    expect(hide(`password = """${hostile}"""`, hostile)).toBe('password = """[secret]"""');
  });

  it('hides all of two secrets that overlap', () => {
    expect(hide('abcdefgh', 'abcd', 'cdefgh')).toBe('[secret]');
    expect(hide('x hunter22 hunter2 y', 'hunter2', 'hunter22')).toBe('x [secret] [secret] y');
    expect(hide('aaaaaa', 'aaaa')).toBe('[secret]');
  });

  it('does not touch its own placeholder', () => {
    expect(hide('a secret [secret] hunter2', 'secret', 'hunter2')).toBe('a [secret] [[secret]] [secret]');
  });

  it.each([
    ['the pw is ab, table', 'ab', 'the pw is [secret], table'],
    ['password=a', 'a', 'password=[secret]'],
    ['über ü', 'ü', 'über [secret]'],
    ['10 1 100', '1', '10 [secret] 100'],
    ['nothing', '', 'nothing'],
    ['a b', ' ', 'a b'],
  ])('hides a short secret as a whole word: %s', (text, secret, expected) => {
    expect(hide(text, secret)).toBe(expected);
  });

  it('leaves a text without secrets as it is', () => {
    expect(hide(hostile)).toBe(hostile);
    expect(hide('level=info msg="HTTP Server Listen"', hostile)).toBe('level=info msg="HTTP Server Listen"');
  });

  it('leaves no spelling of any secret visible', () => {
    fc.assert(fc.property(fc.string({ minLength: 4, unit: 'grapheme' }).filter((text) => text.trim().length >= 4), fc.string(), (secret, user) => {
      const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret), base64(`${user}:${secret}`), secret.replace(/[\\']/g, '\\$&')];
      for (const form of forms) expect(hide(`<${form}>`, secret)).not.toContain(form);
    }), { numRuns: 1000 });
  });

  it('reads 1 MB of base64 in well under a second', () => {
    const started = performance.now();
    expect(hide('QUJD'.repeat(250_000), 'ABCABC')).toBe('[secret]');
    expect(performance.now() - started).toBeLessThan(800);
  });
});
