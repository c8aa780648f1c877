import type { Address } from './cluster.ts';
import { isIpv4, isIpv6 } from './ip.ts';
import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';

/** Parses `host:port`, `[v6]:port` and, with a default port, a host alone or a bare IPv6 address. */
export function parseAddress(text: string, defaultPort?: number): Parsed<Address> {
  const typed = text.trim();
  const example = `Type host:port, such as db.example.com:${defaultPort ?? 9094}`;
  if (typed === '') return refused('the address is empty', example);
  if (typed.includes('://')) return refused(`${typed.split('://')[0]}:// is a URL, not an address`, example);
  if (typed.includes('@')) return refused('an @ was found in the address', `User and password are not part of it. ${example}`);
  if (typed.includes(',')) return refused('several hosts were found where one address is expected', example);
  if (/[/\\]/.test(typed)) return refused('a socket or a path was found where an address is expected', `A socket is seen on one machine only. ${example}`);
  const parts = splitHostPort(typed);
  if (!parts.ok) return parts;
  const { host } = parts.value;
  if (!isHost(host)) return refused(`"${host}" is not a host name or an IP address`, example);
  const port = parts.value.port ?? defaultPort;
  if (port === undefined) return refused(`${typed} has no port`, example);
  return accepted({ host, port });
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress(address: Address): string {
  return `${bracket(address.host)}:${address.port}`;
}

/** `[v6]` for an IPv6 address, any other host as it is. */
export function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Parses a TCP port, 1 to 65535. */
export function parsePort(text: string): Parsed<number> {
  const port = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return accepted(port);
  return refused(text === '' ? 'the port is empty' : `port ${text} is not a number from 1 to 65535`, 'Type a port from 1 to 65535');
}

/** Splits `host`, `host:port`, `[v6]`, `[v6]:port` and bare IPv6; the host itself is not judged unless it stands in brackets. */
export function splitHostPort(text: string): Parsed<{ readonly host: string; readonly port?: number }> {
  const bracketed = /^\[([^\]]*)\](.*)$/.exec(text);
  if (bracketed) {
    const [, host = '', rest = ''] = bracketed;
    if (!isIpv6(host.replace(/%[\w.-]+$/, ''))) return refused(`"${host}" in brackets is not an IPv6 address`, 'Type [2001:db8::1]:22, with brackets for IPv6 alone');
    if (rest === '') return accepted({ host });
    if (!rest.startsWith(':')) return refused(`"${rest}" was found after the bracket`, `Type [${host}]:PORT`);
    return withPort(host, rest.slice(1));
  }
  if (isIpv6(text.replace(/%[\w.-]+$/, ''))) return accepted({ host: text });
  const colons = text.split(':').length - 1;
  if (colons === 0) return accepted({ host: text });
  if (colons > 1) return refused(`${text} has ${colons} colons and is not an IPv6 address`, 'Type host:port, or [v6]:port for IPv6');
  const colon = text.indexOf(':');
  return withPort(text.slice(0, colon), text.slice(colon + 1));
}

function withPort(host: string, port: string): Parsed<{ readonly host: string; readonly port: number }> {
  const parsed = parsePort(port);
  return parsed.ok ? accepted({ host, port: parsed.value }) : parsed;
}

/** Whether this is an IP literal or a name that DNS or a hosts file can hold. */
export function isHost(text: string): boolean {
  if (isIpv4(text) || isIpv6(text)) return true;
  return /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?\.?$/i.test(text) && !looksLikeNumbers(text) && text.length <= 253 && !text.includes('..');
}

/** `10.0.0.999`: meant as an IPv4 address, and not one. */
export function looksLikeNumbers(text: string): boolean {
  return /^[\d.]*\.[\d.]*$/.test(text) && !isIpv4(text);
}
