import { bracket, parseAddress } from './address.ts';
import { isIp } from './ip.ts';
import { nameFrom } from './name.ts';
import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';

/** The shared URL, normalised: lower-case scheme and host, no default port, trailing slash. */
export interface RootUrl {
  readonly url: string;
  readonly scheme: 'http' | 'https';
  /** Host without port, IPv6 without brackets: Grafana's `[server] domain`. */
  readonly domain: string;
  readonly port: number;
  /** `/` or a sub-path such as `/grafana/`. */
  readonly path: string;
}

const hint = 'Type the URL people will type, such as https://grafana.example.com/';

/** Parses and normalises the URL that people type; sub-paths are kept. */
export function parseRootUrl(text: string): Parsed<RootUrl> {
  const typed = text.trim();
  if (typed === '') return refused('the URL is empty', hint);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(typed)?.[1]?.toLowerCase();
  if (scheme === undefined) return refused(`"${typed}" has no https:// or http://`, hint);
  if (scheme !== 'http' && scheme !== 'https') return refused(`${scheme}:// is not http:// or https://`, hint);
  const rest = typed.slice(scheme.length + 3);
  const authority = /^[^/?#\\]*/.exec(rest)![0];
  if (authority.includes('@')) return refused('the URL holds a user name or a password', hint);
  const after = rest.slice(authority.length);
  if (after.includes('?')) return refused('the URL holds a query (?)', hint);
  if (after.includes('#')) return refused('the URL holds a fragment (#)', hint);
  const address = parseAddress(authority, defaultPort(scheme));
  if (!address.ok) return refused(address.problem, hint);
  const domain = address.value.host.toLowerCase();
  const { port } = address.value;
  if (!/^[A-Za-z0-9._~/-]*$/.test(after)) return refused(`the path "${after}" holds more than letters, digits, . _ ~ and -`, hint);
  if (/\/\/|\/\.{1,2}(\/|$)/.test(after)) return refused(`the path "${after}" is not in its plain form`, hint);
  const path = after.endsWith('/') ? after : `${after}/`;
  const shownPort = port === defaultPort(scheme) ? '' : `:${port}`;
  return accepted({ url: `${scheme}://${bracket(domain)}${shownPort}${path}`, scheme, domain, port, path });
}

function defaultPort(scheme: 'http' | 'https'): number {
  return scheme === 'https' ? 443 : 80;
}

/** The name a cluster gets unless told otherwise: `grafana` from grafana.example.com. */
export function defaultClusterName(rootUrl: RootUrl): string {
  if (isIp(rootUrl.domain)) return 'grafana';
  return nameFrom(rootUrl.domain.split('.')[0]!) ?? 'grafana';
}
