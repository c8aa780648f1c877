const codes: readonly (readonly [RegExp, string])[] = [
  [/Connection refused/, 'ECONNREFUSED'],
  [/timed out/, 'ETIMEDOUT'],
  [/No route to host/, 'EHOSTUNREACH'],
  [/Network is unreachable/, 'ENETUNREACH'],
  [/not known|name resolution|No address associated|nodename nor servname/, 'ENOTFOUND'],
];

/** The code Node gives such a failure of a connection, from ssh's words; ESSH when ssh itself is the reason. */
export function dialFailure(words: string): { readonly code: string; readonly message: string } {
  const said = words.trim().replace(/^connect failed: /, '');
  const code = codes.find(([pattern]) => pattern.test(said))?.[1] ?? 'ESSH';
  return { code, message: /administratively prohibited/.test(said) ? `${said}: the node's sshd has AllowTcpForwarding no` : said };
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
