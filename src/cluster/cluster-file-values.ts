import { isAbsolute, join } from 'node:path/posix';
import { parseAddress } from './address.ts';
import type { Address } from './cluster.ts';
import { isIp } from './ip.ts';
import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';
import { parseSecretSource } from './secret-source.ts';
import type { SecretSource } from './secret.ts';

export type Parse<Value> = (text: string) => Parsed<Value>;

/** A parser for one of a few words. */
export function oneOf<Word extends string>(...words: readonly Word[]): Parse<Word> {
  return (text) => {
    const word = words.find((known) => known === text);
    return word === undefined ? refused(`"${text}" is none of ${words.join(', ')}`, `Type one of ${words.join(', ')}`) : accepted(word);
  };
}

/** Parses a whole number of at least 1. */
export function parseCount(text: string): Parsed<number> {
  return /^[1-9]\d{0,8}$/.test(text) ? accepted(Number(text)) : refused(`"${text}" is not a whole number from 1`, 'Type a number such as 10');
}

/** Any text. */
export function parseText(text: string): Parsed<string> {
  return text === '' ? refused('nothing stands after the =', 'Type a value, or remove the line') : accepted(text);
}

/** A parser for a path on this machine, relative to a folder; `~/` is left for the one who reads files. */
export function localPath(folder: string): Parse<string> {
  return (text) => {
    const path = parseText(text);
    return path.ok ? accepted(absolute(folder, path.value)) : path;
  };
}

/** A parser for a secret source whose file, if it is one, is relative to a folder. */
export function secretSource(folder: string): Parse<SecretSource> {
  return (text) => {
    const source = parseSecretSource(text);
    if (!source.ok || source.value.kind !== 'file') return source;
    return accepted({ kind: 'file', path: absolute(folder, source.value.path) });
  };
}

function absolute(folder: string, path: string): string {
  return isAbsolute(path) || /^~(\/|$)/.test(path) ? path : join(folder, path);
}

/** Parses a path on a node, which has no folder to be relative to. */
export function parseNodePath(text: string): Parsed<string> {
  if (/\p{Cc}/u.test(text)) return refused(`"${text.replace(/\p{Cc}/gu, '?')}" holds a control character`, 'Type the path on the node on one line');
  return text.startsWith('/') ? accepted(text) : refused(`"${text}" is not an absolute path`, 'Type the path on the node from /, such as /etc/grafana/grafana.ini');
}

/** Parses the name of a systemd unit. */
export function parseUnit(text: string): Parsed<string> {
  return /^[A-Za-z0-9_][\w@.:-]*$/.test(text) ? accepted(text) : refused(`"${text}" is not the name of a unit`, 'Type a name such as grafana-server');
}

/** Parses `user:group`. */
export function parseOwner(text: string): Parsed<string> {
  return /^[A-Za-z0-9_][\w.-]*\$?:[A-Za-z0-9_][\w.-]*\$?$/.test(text) ? accepted(text) : refused(`"${text}" is not USER:GROUP`, 'Type user and group, such as root:grafana');
}

/** Parses the address at which peers reach a node: an IP, with a port of its own or the one all nodes use. */
export function parseGossipAddress(text: string, port: number): Parsed<Address> {
  const address = parseAddress(text, port);
  if (!address.ok || isIp(address.value.host)) return address;
  return refused(`${address.value.host} is a name, not an IP address`, `Grafana gossips between IP addresses: type IP:PORT, such as 10.0.0.11:${port}`);
}

/** Parses `WHY (until YYYY-MM-DD)`, the date being optional. */
export function parseReason(text: string): Parsed<{ readonly why: string; readonly until?: string }> {
  const hint = 'Type why, and if it ends, until when: firewall opens next week (until 2027-01-31)';
  const [, why = text, until] = /^(.*?)\s*\(until\s+([^()]*)\)$/.exec(text) ?? [];
  if (why.trim() === '') return refused('no reason is given', hint);
  if (until === undefined) return accepted({ why });
  const day = /^\d{4}-\d{2}-\d{2}$/.test(until) ? new Date(`${until}T00:00:00Z`) : undefined;
  // Date rolls 30 February over into March.
  if (day === undefined || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== until) return refused(`"${until}" is not a day`, hint);
  return accepted({ why, until });
}
