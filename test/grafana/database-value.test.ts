import { describe, expect, it } from 'vitest';
import { decodeFromDatabase, encodeForDatabase } from '../../src/grafana/database-value.ts';

describe('encodeForDatabase', () => {
  const fixed = ['11.3.9', '11.6.4', '12.0.3', '12.2.0-pre', '9.4.0'];
  const quoting = ['11.4.0', '11.6.3', '12.0.0', '12.0.2+security-01'];

  // Which passwords work was seen on Grafana 9.4 and 12.2.
  it.each([
    ["a'b", "a'b"], ['#;"`=&?@:/', '#;"`=&?@:/'], ['ü😀', 'ü😀'],
    ['a\\b', "'a\\\\b'"], ["'a", "'\\'a'"], ['a\tb', "'a\tb'"], ["'a'\\", "'\\'a\\'\\\\'"],
  ])('writes the PostgreSQL password %j as %j', (value, text) => {
    for (const version of fixed) expect(encodeForDatabase('password', value, 'postgres', version)).toEqual({ ok: true, text });
  });

  it.each(['a\\b', "'a", 'a\tb'])('refuses %j where unified storage quotes by itself', (value) => {
    for (const version of quoting) expect(encodeForDatabase('password', value, 'postgres', version)).toMatchObject({ ok: false });
    for (const version of quoting) expect(encodeForDatabase('password', value, 'mysql', version)).toEqual({ ok: true, text: value });
  });

  it.each([
    ['password', 'a b', 'a space'], ['password', 'a\u00a0b', 'U+00A0 (no-break space)'], ['password', 'ﬁ', 'U+FB01'], ['password', 'u\u0308', 'combining mark'],
    ['password', 'a\u200bb', 'U+200B (zero-width space)'], ['user', 'a b', 'a space'], ['user', '', 'empty'], ['name', 'a-b', '-'], ['name', 'ü', 'U+00FC'], ['name', '', 'empty'],
  ] as const)('refuses the PostgreSQL %s %j and names it', (role, value, named) => {
    const written = encodeForDatabase(role, value, 'postgres', '12.2.0');
    expect(written.ok ? 'written' : written.problem).toContain(named);
  });

  it('lets MySQL have any password, and any user without a colon', () => {
    expect(encodeForDatabase('password', "a b\u00a0'\\:", 'mysql', '12.2.0')).toEqual({ ok: true, text: "a b\u00a0'\\:" });
    expect(encodeForDatabase('user', 'a@b', 'mysql', '12.2.0')).toEqual({ ok: true, text: 'a@b' });
    expect(encodeForDatabase('user', 'a:b', 'mysql', '12.2.0')).toMatchObject({ ok: false });
    expect(encodeForDatabase('name', 'a-b', 'mysql', '12.2.0')).toMatchObject({ ok: false });
  });
});

describe('decodeFromDatabase', () => {
  it.each([["a\\'b", "a'b"], ['a\\b', 'ab'], ["'a b'", 'a b'], ["'open", "'open"], ["a'b'", "a'b'"]])('reads %j as PostgreSQL\'s driver does', (value, password) => {
    expect(decodeFromDatabase(value, 'postgres')).toBe(password);
    expect(decodeFromDatabase(value, 'mysql')).toBe(value);
  });
});
