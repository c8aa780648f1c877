import { present } from '../cluster/present.ts';
import { parseRootUrl } from '../cluster/root-url.ts';
import type { RootUrl } from '../cluster/root-url.ts';
import type { Secret } from '../cluster/secret.ts';

/** What a license token says of itself; the signature is Grafana's to judge. Claims may change at any time, so all are optional. */
export interface License {
  /** The URL it was made for, claim `sub`. */
  readonly subject?: string;
  readonly company?: string;
  /** Claim `prod`, such as `grafana-enterprise`. */
  readonly products: readonly string[];
  readonly includedUsers?: number;
  /** Claim `iat`. */
  readonly issuedAt?: Date;
  readonly notBefore?: Date;
  /** The token's own end; Grafana renews it about every 7 days. */
  readonly tokenExpires?: Date;
  /** The contract's end, claim `lexp`. */
  readonly licenseExpires?: Date;
}

export type LicenseCode =
  | 'unreadable' | 'subject-missing' | 'subject-differs' | 'expiry-missing' | 'token-expired' | 'license-expired' | 'not-yet-valid' | 'product-differs'
  | 'token-expires-soon' | 'license-expires-soon';

export interface LicenseFinding {
  readonly code: LicenseCode;
  readonly weight: 'error' | 'warning';
  readonly found: string;
  readonly expected: string;
}

/** Reads an Enterprise license token and says what is wrong with it for this URL at this time; never quotes the token. `license` is absent when it is no readable JWT. */
export function readLicense(jwt: string, rootUrl: string, now: Date): { readonly license?: License; readonly findings: readonly LicenseFinding[] } {
  const claims = readClaims(jwt.replace(/^\uFEFF/, '').trim());
  if (typeof claims === 'string') return { findings: [{ code: 'unreadable', weight: 'error', found: claims, expected: 'a license token: three parts of base64url with dots between them' }] };
  const license = licenseOf(claims);
  return {
    license,
    findings: [
      ...judgeSubject(license.subject, rootUrl),
      ...judgeTimes(license, now, { token: number(claims['tok_exp_warn_days']), license: number(claims['lic_exp_warn_days']) }),
      ...judgeProducts(license.products),
    ],
  };
}

/** Whether the token that lies on a node is for the same URL and was made after ours, so that writing ours would take a renewal back. */
export function isNewerLicense(ours: string, onNode: string): boolean {
  const [one, other] = [ours, onNode].map((jwt) => readClaims(jwt.trim()));
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  const [mine, theirs] = [licenseOf(one), licenseOf(other)];
  if (mine.subject === undefined || theirs.subject === undefined || !isSameUrl(mine.subject, theirs.subject)) return false;
  const times = mine.issuedAt !== undefined && theirs.issuedAt !== undefined ? [mine.issuedAt, theirs.issuedAt] as const : [mine.tokenExpires, theirs.tokenExpires] as const;
  return times[0] !== undefined && times[1] !== undefined && times[1] > times[0];
}

/** The token than which none is newer; the first of several. */
export function newestLicense<Held extends { readonly secret: Secret }>(held: readonly Held[]): Held | undefined {
  return held.reduce<Held | undefined>((best, next) => (best === undefined || isNewerLicense(best.secret.reveal(), next.secret.reveal()) ? next : best), undefined);
}

type Claims = Readonly<Record<string, unknown>>;

function licenseOf(claims: Claims): License {
  return present({
    subject: text(claims['sub']),
    company: text(claims['company']),
    products: strings(claims['prod']),
    includedUsers: number(claims['included_users']),
    issuedAt: time(claims['iat']),
    notBefore: time(claims['nbf']),
    tokenExpires: time(claims['exp']),
    licenseExpires: time(claims['lexp']),
  });
}

/** The payload's claims, or what was found instead. */
function readClaims(jwt: string): Claims | string {
  if (jwt === '') return 'an empty file';
  const parts = jwt.split('.');
  if (parts.length !== 3) return `${parts.length} ${parts.length === 1 ? 'part' : 'parts'} with dots between them`;
  if (!parts.every((part) => /^[A-Za-z0-9_-]+$/.test(part))) return 'characters that are not base64url';
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? (claims as Claims) : 'a payload that is not an object';
  } catch {
    return 'a payload that is not JSON';
  }
}

/** Grafana compares the URL with root_url: scheme, host, port and path count, a slash at the end does not. */
function judgeSubject(subject: string | undefined, rootUrl: string): readonly LicenseFinding[] {
  if (subject === undefined) return [{ code: 'subject-missing', weight: 'error', found: 'no URL in the token', expected: rootUrl }];
  if (isSameUrl(subject, rootUrl)) return [];
  const licensed = parseRootUrl(subject);
  const shared = parseRootUrl(rootUrl);
  const parts = licensed.ok && shared.ok ? `${compareUrls(licensed.value, shared.value).join(', ')} differs, ` : '';
  return [{ code: 'subject-differs', weight: 'error', found: `a license for ${printable(subject)} (${parts}${firstDifference(printable(subject), rootUrl)})`, expected: `a license for ${rootUrl}` }];
}

function isSameUrl(one: string, other: string): boolean {
  const [left, right] = [parseRootUrl(one), parseRootUrl(other)];
  return left.ok && right.ok ? left.value.url === right.value.url : one === other;
}

/** Such as `from character 15: "graf.example.com/" is not "grafana.example.com/"`. */
function firstDifference(one: string, other: string): string {
  const [left, right] = [[...one], [...other]];
  const at = left.findIndex((character, index) => character !== right[index]);
  const from = at < 0 ? left.length : at;
  const rest = (characters: readonly string[]): string => (from < characters.length ? `"${characters.slice(from).join('')}"` : 'its end');
  return `from character ${from + 1}: ${rest(left)} is not ${rest(right)}`;
}

function compareUrls(one: RootUrl, other: RootUrl): readonly string[] {
  const parts = [['scheme', one.scheme, other.scheme], ['host', one.domain, other.domain], ['port', one.port, other.port], ['path', one.path, other.path]] as const;
  // Another scheme brings its own port along: that is one difference, not two.
  const differing = parts.filter(([, left, right]) => left !== right).map(([name]) => name);
  return differing.includes('scheme') ? differing.filter((name) => name !== 'port') : differing;
}

function judgeTimes(license: License, now: Date, warnDays: { readonly token?: number | undefined; readonly license?: number | undefined }): readonly LicenseFinding[] {
  const { notBefore, tokenExpires, licenseExpires } = license;
  return [
    ...(notBefore !== undefined && notBefore > now ? [{ code: 'not-yet-valid', weight: 'error', found: `valid from ${show(notBefore)}`, expected: `valid at ${show(now)}` } as const] : []),
    ...(tokenExpires === undefined
      ? [{ code: 'expiry-missing', weight: 'warning', found: 'no readable exp in the token', expected: `an exp after ${show(now)}` } as const]
      : judgeEnd('token', tokenExpires, now, warnDays.token)),
    ...(licenseExpires === undefined ? [] : judgeEnd('license', licenseExpires, now, warnDays.license)),
  ];
}

function judgeEnd(what: 'token' | 'license', end: Date, now: Date, warnDays: number | undefined): readonly LicenseFinding[] {
  const days = (end.getTime() - now.getTime()) / 86_400_000;
  const expected = `a ${what} that is valid after ${show(now)}`;
  if (days <= 0) return [{ code: `${what}-expired`, weight: 'error', found: `${what} expired ${show(end)}`, expected }];
  if (warnDays === undefined || days > warnDays) return [];
  return [{ code: `${what}-expires-soon`, weight: 'warning', found: `${what} expires ${show(end)}`, expected: `more than ${warnDays} days left` }];
}

function judgeProducts(products: readonly string[]): readonly LicenseFinding[] {
  if (products.includes('grafana-enterprise')) return [];
  return [{ code: 'product-differs', weight: 'warning', found: products.length === 0 ? 'no product in the token' : products.map(printable).join(', '), expected: 'grafana-enterprise' }];
}

function show(time: Date): string {
  return time.toISOString().replace(/:\d\d\.\d+Z$/, 'Z');
}

function printable(words: string): string {
  return words.replace(/\p{C}/gu, '?').slice(0, 200);
}

function text(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim : undefined;
}

function number(claim: unknown): number | undefined {
  return typeof claim === 'number' && Number.isFinite(claim) ? claim : undefined;
}

function strings(claim: unknown): readonly string[] {
  return (Array.isArray(claim) ? claim : [claim]).filter((item) => typeof item === 'string');
}

/** Seconds since 1970 (RFC 7519); undefined when no calendar holds them. */
function time(claim: unknown): Date | undefined {
  const date = new Date((number(claim) ?? NaN) * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
