import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import headless from '@xterm/headless';
import { makeScreen, wantsColour } from '../../src/io/screen.ts';

function open(isTTY: boolean) {
  const terminal = new headless.Terminal({ cols: 30, rows: 10, allowProposedApi: true, convertEol: true });
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 30, rows: 10 });
  let raw = '';
  stderr.on('data', (data: Buffer) => (raw += data.toString()));
  const screen = makeScreen({ stdout: stderr, stderr, colour: false });
  const seen = async (): Promise<string> => {
    await new Promise<void>((resolve) => terminal.write(raw, resolve));
    raw = '';
    const { active } = terminal.buffer;
    return Array.from({ length: active.length }, (_, line) => active.getLine(line)?.translateToString(true) ?? '').join('\n').trimEnd();
  };
  return { screen, seen };
}

describe('the screen', () => {
  it('ends quietly when nobody reads on, and fails over any other trouble with its output', () => {
    const stdout = new PassThrough();
    makeScreen({ stdout, stderr: new PassThrough(), colour: false });
    const fail = (code: string) => (): boolean => stdout.emit('error', Object.assign(new Error(code), { code }));
    expect(fail('EPIPE')).not.toThrow();
    expect(fail('ENOSPC')).toThrow('ENOSPC');
  });

  it('keeps live lines below what is noted, each in its place', async () => {
    const { screen, seen } = open(true);
    const a = screen.progress('a starting');
    const b = screen.progress('b starting');
    screen.note('a note');
    a.update('a migrating, and this line is far too long');
    expect(await seen()).toBe('a note\na migrating, and this line i…\nb starting');
    a.done('a healthy');
    b.done();
    expect(await seen()).toBe('a note\na healthy');
  });

  it('puts live lines away while a question is asked', async () => {
    const { screen, seen } = open(true);
    const line = screen.progress('connecting');
    const release = screen.hold();
    line.update('still connecting');
    expect(await seen()).toBe('');
    release();
    expect(await seen()).toBe('still connecting');
  });

  it('tells each change and the end on a line of its own where there is no terminal', async () => {
    const { screen, seen } = open(false);
    const line = screen.progress('connecting');
    line.update('still connecting');
    line.done('connected');
    expect(await seen()).toBe('still connecting\nconnected');
  });

  it('says nothing of a quiet line where there is no terminal', async () => {
    const { screen, seen } = open(false);
    const line = screen.progress('connecting', { quiet: true });
    line.update('still connecting');
    line.done();
    expect(await seen()).toBe('');
  });

  it('shows as many live lines as the terminal can take back', async () => {
    const { screen, seen } = open(true);
    const lines = Array.from({ length: 20 }, (_, index) => screen.progress(`node ${index}`));
    expect(await seen()).toBe(['node 0', 'node 1', 'node 2', 'node 3', 'node 4', 'node 5', 'node 6', '… and 13 more'].join('\n'));
    lines.forEach((line) => line.done());
    expect(await seen()).toBe('');
  });

  it.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: false }, {}, false],
    [{ isTTY: true }, { NO_COLOR: '1' }, false],
    [{ isTTY: true }, { NO_COLOR: '' }, true],
    [{ isTTY: true }, { TERM: 'dumb' }, false],
  ])('colours for %j and %j: %s', (stream, env: Record<string, string>, colours) => {
    expect(wantsColour(stream, (name) => env[name])).toBe(colours);
  });
});
