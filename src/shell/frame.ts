import { sh } from './quote.ts';
import type { Script } from './quote.ts';

/** One stream of an answer, cut out of what the shell printed. */
export interface Frame {
  readonly body: Buffer;
  readonly exitCode: number;
}

/**
 * A script as the kept shell reads it from its stdin, with the lines that end what it prints; `nonce` must never have been seen
 * by the node before. It is one word of one line: a link that is cut runs no half of it, and one that does not parse ends alone.
 */
export function framed(nonce: string, script: string): Script {
  return sh`( eval ${script} ) </dev/null; r="
${nonce}<$?"; echo "$r"; echo "$r" >&2
`;
}

/** Takes the chunks of one stream and gives the frame once it is whole. Each byte is searched once. */
export function frameReader(nonce: string): (chunk: Buffer) => Frame | undefined {
  const close = `\n${nonce}<`;
  const chunks: Buffer[] = [];
  let tail: Buffer = Buffer.alloc(0);
  let closing = false;
  return (chunk) => {
    chunks.push(chunk);
    const window = Buffer.concat([tail, chunk]);
    closing ||= window.includes(close);
    tail = window.subarray(-close.length);
    return closing ? cut(Buffer.concat(chunks), close) : undefined;
  };
}

function cut(bytes: Buffer, close: string): Frame | undefined {
  const end = bytes.indexOf(close);
  const last = bytes.indexOf('\n', end + close.length);
  if (last < 0) return undefined;
  return {
    body: bytes.subarray(0, end),
    exitCode: Number(bytes.subarray(end + close.length, last).toString()),
  };
}
