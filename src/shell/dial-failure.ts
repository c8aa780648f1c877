const codes: readonly (readonly [RegExp, string])[] = [
  [/Connection refused/, 'ECONNREFUSED'],
  [/timed out/, 'ETIMEDOUT'],
  [/No route to host/, 'EHOSTUNREACH'],
  [/Network is unreachable/, 'ENETUNREACH'],
  [/not known|name resolution|No address associated|nodename nor servname/, 'ENOTFOUND'],
];

/** Whether the node's sshd opens no connections for us (AllowTcpForwarding, PermitOpen, DisableForwarding). */
export function isForbidden(words: string): boolean {
  return words.includes('administratively prohibited');
}

/** The code Node gives such a failure of a connection, from ssh's words; ESSH when ssh itself is the reason. */
export function dialFailure(words: string): { readonly code: string; readonly message: string } {
  const said = words.trim().replace(/^connect failed: /, '');
  return { code: codeOf(said), message: said };
}

/** The same from what a relay in the node's shell said, in the words of bash, socat, Python or nc. */
export function relayFailure(words: string): { readonly code: string; readonly message: string } {
  if (/open refused by peer/.test(words)) {
    return { code: 'ESSH', message: 'the node\'s sshd forwards no connections, nor does it give a second session to relay one: it needs AllowTcpForwarding yes, or MaxSessions 2 or more' };
  }
  const lines = words.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((each) => codeOf(each) !== 'ESSH') ?? lines.at(-1) ?? 'it ended without a word';
  const why = line.split(': ').at(-1)!.replace(/^\[Errno -?\d+\] /, '').trim();
  return { code: codeOf(line), message: `${why} (from the node's shell: its sshd forwards no connections)` };
}

function codeOf(words: string): string {
  return codes.find(([pattern]) => pattern.test(words))?.[1] ?? 'ESSH';
}

/** The last line that ssh wrote itself; a script's lines end without CR. */
export function ownWords(text: string): string | undefined {
  return [...text.matchAll(/([^\r\n]+)\r\n/g)].at(-1)?.[1];
}

/** Takes the master's own remarks about refused streams out of what is otherwise the script's stderr. */
export function splitRefusals(text: Buffer): { readonly refusals: readonly string[]; readonly rest: Buffer } {
  if (!text.includes(': open failed: ')) return { refusals: [], rest: text };
  const refusals: string[] = [];
  // ssh ends its own lines with CR LF.
  const rest = text.toString('latin1').replace(/channel \d+: open failed: (.*)\r\n/g, (_, words: string) => (refusals.push(words), ''));
  return { refusals, rest: Buffer.from(rest, 'latin1') };
}
