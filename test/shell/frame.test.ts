import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framed, frameReader } from '../../src/shell/frame.ts';

const nonce = '0123456789abcdef';
const answer = (body: string, exitCode = 0) => `${body}\n${nonce}<${exitCode}\n`;

/** Feeds the text in pieces of `size` bytes and gives the frame the last piece completes. */
function read(text: string, size: number) {
  const reader = frameReader(nonce);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    const frame = reader(bytes.subarray(at, at + size));
    if (frame) return { body: frame.body.toString(), exitCode: frame.exitCode };
  }
  return undefined;
}

describe('frameReader', () => {
  it.each([1, 7, 1000])('finds body and exit code, in pieces of %i bytes', (size) => {
    expect(read(answer('a\nb\n', 3), size)).toEqual({ body: 'a\nb\n', exitCode: 3 });
  });

  it('gives an empty body', () => {
    expect(read(answer(''), 4)).toMatchObject({ body: '' });
  });

  it('keeps a missing newline at the end missing', () => {
    expect(read(answer('x'), 4)).toMatchObject({ body: 'x' });
  });

  it('leaves out what follows the frame', () => {
    expect(read(`${answer('x')}late words`, 1000)).toEqual({ body: 'x', exitCode: 0 });
  });

  it('waits while the frame is not whole', () => {
    expect(read(answer('x').slice(0, -1), 5)).toBeUndefined();
  });

  it('gives any body back as it was, however it is cut', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (body, size) => {
      expect(read(answer(body), size)?.body).toBe(body);
    }));
  });
});

describe('framed', () => {
  it('is one line to the shell, whatever the script', () => {
    expect(framed(nonce, "echo 'ü'\nexit 3 # why")).toBe(`( eval 'echo '\\''ü'\\''\nexit 3 # why' ) </dev/null; r="\n${nonce}<$?"; echo "$r"; echo "$r" >&2\n`);
  });
});
