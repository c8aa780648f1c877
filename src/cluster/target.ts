import { bracket, looksLikeNumbers, splitHostPort } from './address.ts';
import type { Target } from './cluster.ts';
import { isIpv6 } from './ip.ts';
import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';
import { present } from './present.ts';

const hint = 'Type what you type after "ssh", such as ops@10.0.0.11, grafana-1:2222 or [2001:db8::1]:22';

/** Parses `[user@]host[:port]`, `[user@][v6]:port`, bare IPv6 or an ssh_config alias. Refuses what ssh would take for an option. */
export function parseTarget(text: string): Parsed<Target> {
  const typed = text.trim();
  if (typed === '') return refused('no host was given', hint);
  if (typed.startsWith('-')) return refused(`${typed} is an option of ssh, not a host`, `Put options into your ssh config. ${hint}`);
  if (typed.includes('://')) return refused(`${typed.split('://')[0]}:// is a URL, not a host`, hint);
  if (/[\s\p{C}]/u.test(typed)) return refused(`"${typed.replace(/\p{C}/gu, '?')}" holds a space or a control character`, hint);
  const at = typed.lastIndexOf('@');
  const user = at < 0 ? undefined : typed.slice(0, at);
  if (user?.includes(':')) return refused('a colon was found before the @', 'A password has no place here: ssh asks for it, or uses your keys');
  if (user !== undefined && !isUser(user)) return refused(`"${user}" is not a user name`, hint);
  const parts = splitHostPort(typed.slice(at + 1));
  if (!parts.ok) return parts;
  const { host, port } = parts.value;
  if (looksLikeNumbers(host)) return refused(`${host} is not an IP address`, 'Type four numbers from 0 to 255, or a name');
  if (!isIpv6(host.replace(/%.*$/, '')) && !isAlias(host)) return refused(`"${host}" is not a host name`, hint);
  return accepted(present({ text: typed, user, host, port }));
}

/** Parses one or more targets, separated by spaces or commas; one target twice is refused. */
export function parseTargets(text: string): Parsed<readonly Target[]> {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return refused('no host was given', hint);
  const targets: Target[] = [];
  for (const word of words) {
    const target = parseTarget(word);
    if (!target.ok) return target;
    if (targets.some((other) => formatTarget(other) === formatTarget(target.value))) return refused(`${word} is named twice`, 'Name each host once');
    targets.push(target.value);
  }
  return accepted(targets);
}

/** The target in one fixed spelling: lower-case host, brackets around IPv6. */
export function formatTarget(target: Target): string {
  const user = target.user === undefined ? '' : `${target.user}@`;
  const port = target.port === undefined ? '' : `:${target.port}`;
  return user + bracket(target.host.toLowerCase()) + port;
}

/** OpenSSH's own rule (valid_ruser in ssh.c), and no slash. */
function isUser(text: string): boolean {
  return /^[^-'`"$;&<>|(){}/][^'`"$;&<>|(){}/]*$/.test(text) && !text.endsWith('\\');
}

function isAlias(text: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}._+-]*$/u.test(text);
}
