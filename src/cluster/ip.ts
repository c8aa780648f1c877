/** Who can reach an IP address. `local` is link-local. */
export type Reach = 'loopback' | 'private' | 'local' | 'unspecified' | 'public';

/** Whether the text is an IPv4 literal in the one form every program reads alike: four decimal numbers, no leading zeros. */
export function isIpv4(text: string): boolean {
  return readIpv4(text) !== undefined;
}

/** Whether the text is an IPv6 literal, without brackets or zone. */
export function isIpv6(text: string): boolean {
  return readIpv6(text) !== undefined;
}

export function isIp(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

/** Who can reach this address (RFC 1918, 4193, 6598 count as private); undefined when the text is no IP literal. */
export function classifyIp(text: string): Reach | undefined {
  const v4 = readIpv4(text);
  if (v4 !== undefined) return classifyIpv4(v4);
  const v6 = readIpv6(text.replace(/%[^%]+$/, ''));
  if (v6 === undefined) return undefined;
  const first = v6[0]!;
  const head = v6.slice(0, 5).every((group) => group === 0);
  if (head && v6[5] === 0xffff) return classifyIpv4([v6[6]! >> 8, v6[6]! & 255, v6[7]! >> 8, v6[7]! & 255]);
  if (head && v6[5] === 0 && v6[6] === 0 && v6[7]! <= 1) return v6[7] === 1 ? 'loopback' : 'unspecified';
  if ((first & 0xfe00) === 0xfc00) return 'private';
  if ((first & 0xffc0) === 0xfe80) return 'local';
  return 'public';
}

function classifyIpv4(bytes: readonly number[]): Reach {
  const [a, b] = [bytes[0]!, bytes[1]!];
  if (a === 127) return 'loopback';
  if (bytes.every((byte) => byte === 0)) return 'unspecified';
  if (a === 169 && b === 254) return 'local';
  if (a === 10 || (a === 172 && b >> 4 === 1) || (a === 192 && b === 168) || (a === 100 && b >> 6 === 1)) return 'private';
  return 'public';
}

function readIpv4(text: string): readonly number[] | undefined {
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function readIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const [left, right] = halves.map((half, index) => readGroups(half, index === halves.length - 1));
  if (left === undefined) return undefined;
  if (halves.length === 1) return left.length === 8 ? left : undefined;
  if (right === undefined || left.length + right.length > 7) return undefined;
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** Undefined when a group is no hexadecimal number; the last one may be an IPv4 literal. */
function readGroups(text: string, last: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = last && index === parts.length - 1 ? readIpv4(part) : undefined;
    if (v4 !== undefined) groups.push(v4[0]! * 256 + v4[1]!, v4[2]! * 256 + v4[3]!);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
