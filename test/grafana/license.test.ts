import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { isNewerLicense, newestLicense, readLicense } from '../../src/grafana/license.ts';

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

describe('a license for another URL', () => {
  it.each([
    ['https://graf.example.com/', 'from character 13: ".example.com/" is not "ana.example.com/"'],
    ['https://grafana.example.com/x', 'from character 29: "x" is not its end'],
    ['http://grafana.example.com/', 'from character 5: "://grafana.example.com/" is not "s://grafana.example.com/"'],
  ])('shows where %s parts from root_url', (sub, found) => {
    expect(readLicense(token({ ...good, sub }), url, now).findings).toMatchObject([{ found: expect.stringContaining(found) as unknown }]);
  });
});

describe('isNewerLicense', () => {
  const made = (day: string, more: object = {}): string => token({ ...good, iat: at(day), ...more });
  it.each<[string, string, string, boolean]>([
    ['made later', made('2026-05-01'), `${made('2026-05-08')}\n`, true],
    ['made earlier', made('2026-05-08'), made('2026-05-01'), false],
    ['the same', made('2026-05-08'), made('2026-05-08'), false],
    ['made later, for another URL', made('2026-05-01'), made('2026-05-08', { sub: 'https://other/' }), false],
    ['made later, its URL written otherwise', made('2026-05-01'), made('2026-05-08', { sub: 'https://GRAFANA.example.com' }), true],
    ['of unknown age, valid longer', token(good), token({ ...good, exp: at('2026-06-15') }), true],
    ['of unknown age, valid shorter', token(good), token({ ...good, exp: at('2026-06-02') }), false],
    ['no token', made('2026-05-01'), 'hello', false],
  ])('a token on a node that is %s', (_, ours, onNode, expected) => {
    expect(isNewerLicense(ours, onNode)).toBe(expected);
  });

  it('finds the newest of several', () => {
    const held = ['2026-05-01', '2026-05-08', '2026-05-04'].map((day) => ({ node: day, secret: new Secret(made(day)) }));
    expect(newestLicense(held)?.node).toBe('2026-05-08');
    expect(newestLicense([])).toBeUndefined();
  });
});
