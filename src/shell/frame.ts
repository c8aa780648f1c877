/** One stream of an answer, cut out of what the shell printed. */
export interface Frame {
  readonly body: Buffer;
  readonly exitCode: number;
}

/** A script and its stdin behind the line that announces them; `nonce` must never have been seen by the node before. */
export function framed(nonce: string, script: string, stdin: string | Uint8Array): Buffer {
  // A shell takes the line ends off what it reads whole.
  const [scriptBytes, stdinBytes] = [Buffer.from(`${script}\n#`), Buffer.from(stdin)];
  return Buffer.concat([Buffer.from(`${nonce} ${scriptBytes.length} ${stdinBytes.length}\n`), scriptBytes, stdinBytes]);
}

/** Takes the chunks of one stream and gives the frame once it is whole; what comes before it is left over from an earlier script. Each byte is searched once. */
export function frameReader(nonce: string): (chunk: Buffer) => Frame | undefined {
  const open = `${nonce}>\n`;
  const close = `\n${nonce}<`;
  const chunks: Buffer[] = [];
  let tail: Buffer = Buffer.alloc(0);
  let closing = false;
  return (chunk) => {
    chunks.push(chunk);
    const window = Buffer.concat([tail, chunk]);
    closing ||= window.includes(close);
    tail = window.subarray(-close.length);
    return closing ? cut(Buffer.concat(chunks), open, close) : undefined;
  };
}

function cut(bytes: Buffer, open: string, close: string): Frame | undefined {
  const start = bytes.indexOf(open) + open.length;
  const end = bytes.indexOf(close, start - 1);
  const last = bytes.indexOf('\n', end + close.length);
  if (last < 0) return undefined;
  return {
    body: bytes.subarray(start, Math.max(start, end)),
    exitCode: Number(bytes.subarray(end + close.length, last).toString()),
  };
}
