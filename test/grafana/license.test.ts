import { describe, expect, it } from 'vitest';
import { readLicense } from '../../src/grafana/license.ts';

const url = 'https://grafana.example.com/';
const now = new Date('2026-06-01T12:00:00Z');
const at = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000;
const good = { sub: url, exp: at('2026-06-08'), nbf: at('2026-05-01'), lexp: at('2027-01-01'), prod: ['grafana-enterprise'], company: 'Example Ltd', included_users: 50 };
const token = (claims: unknown): string => ['{"alg":"ES512"}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
const codes = (jwt: string, rootUrl = url): readonly string[] => readLicense(jwt, rootUrl, now).findings.map(({ code }) => code);

describe('readLicense', () => {
  it('reads the claims and finds nothing wrong', () => {
    expect(readLicense(`${token(good)}\n`, url, now)).toEqual({
      license: {
        subject: url, company: 'Example Ltd', products: ['grafana-enterprise'], includedUsers: 50,
        notBefore: new Date('2026-05-01T00:00:00Z'), tokenExpires: new Date('2026-06-08T00:00:00Z'), licenseExpires: new Date('2027-01-01T00:00:00Z'),
      },
      findings: [],
    });
  });

  it.each([
    ['https://grafana.example.com', []],
    ['HTTPS://Grafana.Example.com:443/', []],
    ['http://grafana.example.com/', ['subject-differs']],
    ['https://graf-a.example.com/', ['subject-differs']],
    ['https://grafana.example.com:3000/', ['subject-differs']],
    ['https://grafana.example.com/grafana/', ['subject-differs']],
    ['not a URL', ['subject-differs']],
    ['', ['subject-missing']],
    [undefined, ['subject-missing']],
    [7, ['subject-missing']],
  ])('compares the URL %j with root_url', (sub, expected) => {
    expect(codes(token({ ...good, sub }))).toEqual(expected);
  });

  it.each([
    ['http://grafana.example.com/', 'scheme differs'],
    ['https://other:3000/', 'host, port differs'],
    ['https://grafana.example.com/x', 'path differs'],
  ])('names what differs in %s', (sub, found) => {
    expect(readLicense(token({ ...good, sub }), url, now).findings).toMatchObject([{ found: expect.stringContaining(found), expected: expect.stringContaining(url) }]);
  });

  it.each([
    ['an expired token', { exp: at('2026-05-31') }, ['token-expired']],
    ['a token that ends now', { exp: now.getTime() / 1000 }, ['token-expired']],
    ['an expired license', { lexp: at('2026-01-01') }, ['license-expired']],
    ['a token that is not valid yet', { nbf: at('2026-06-02') }, ['not-yet-valid']],
    ['a token without exp', { exp: undefined }, ['expiry-missing']],
    ['an exp in words', { exp: '2027-01-01' }, ['expiry-missing']],
    ['an exp beyond any calendar', { exp: 1e300 }, ['expiry-missing']],
    ['a license without lexp', { lexp: undefined }, []],
    ['a token that ends within its own warning time', { tok_exp_warn_days: 7 }, ['token-expires-soon']],
    ['a token that ends later than its warning time', { tok_exp_warn_days: 3 }, []],
    ['a license that ends within its own warning time', { lic_exp_warn_days: 365 }, ['license-expires-soon']],
    ['another product', { prod: ['grafana-metrics'] }, ['product-differs']],
    ['no product', { prod: undefined }, ['product-differs']],
    ['claims nobody knows', { __proto__: null, constructor: 'x', more: {} }, []],
  ])('judges %s', (_, claims, expected) => {
    expect(codes(token({ ...good, ...claims }))).toEqual(expected);
  });

  it.each([
    ['', 'empty'], ['   \n', 'empty'], ['hunter2', '1 part'], ['{"status":"error"}', '1 part'], ['a.b', '2 parts'], ['-----BEGIN.X.Y-----\n=', 'not base64url'],
    ['e30.e30.', 'not base64url'], ['e30.aHVudGVyMg.x', 'not JSON'], [token([]), 'not an object'], [token(null), 'not an object'], [token('hunter2'), 'not an object'],
  ])('does not take %j for a license', (jwt, found) => {
    const read = readLicense(jwt, url, now);
    expect(read).toMatchObject({ findings: [{ code: 'unreadable', weight: 'error', found: expect.stringContaining(found) }] });
    expect(read.license).toBeUndefined();
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  it('reads a token behind a byte order mark', () => {
    expect(codes(`\uFEFF${token(good)}\r\n`)).toEqual([]);
  });
});
