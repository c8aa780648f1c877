import type { ListenerFacts } from '../facts/host.ts';

/** Reads `tcp 0100007F:0BB8 INODE` of /proc/net and `PID PARENT yes NAME` of its owner; undefined: neither TCP nor UDP. */
export function parseListener(socket: string, owner: string): ListenerFacts | undefined {
  const [protocol, local = ''] = socket.split(' ');
  const [address = '', port = ''] = local.split(':');
  if (protocol !== 'tcp' && protocol !== 'udp') return undefined;
  const [, pid, parent, ofUnit, program] = /^(\d+) (\d*) (yes|no) (.*)$/s.exec(owner) ?? [];
  return {
    protocol, address: parseAddress(address), port: Number.parseInt(port, 16),
    ...(pid === undefined ? {} : { pid: Number(pid), parent: Number(parent) }),
    program: program?.trim() ?? '',
    ofUnit: ofUnit === 'yes',
  };
}

/** The kernel writes addresses as words of four bytes, each in the order of the machine: the last byte comes first on all that Grafana is built for. */
function parseAddress(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)));
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index]! << 8) | bytes[2 * index + 1]!).toString(16)).join(':');
  return groups.replace(/\b0(:0)+\b/, '::').replace(/:{3,}/, '::');
}
