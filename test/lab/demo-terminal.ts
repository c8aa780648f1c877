import { stripVTControlCharacters } from 'node:util';

/** What to write into the line, without Enter, once a question appears. */
export interface Typed {
  readonly at: RegExp;
  readonly text: string;
}

/** Runs a program on a terminal inside this one, types each text when its question appears and leaves the keys to the person; gives the exit code. */
export async function typeInto(words: readonly string[], typed: readonly Typed[], options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): Promise<number> {
  const { spawn } = await import('@lydell/node-pty');
  const { stdin, stdout } = process;
  const [file, ...rest] = words;
  const terminal = spawn(file!, rest, { ...options, cols: stdout.columns, rows: stdout.rows, name: process.env['TERM'] ?? 'xterm' });
  const waiting = [...typed];
  let unseen = '';
  terminal.onData((data) => {
    stdout.write(data);
    unseen += stripVTControlCharacters(data);
    const next = waiting.findIndex(({ at }) => at.test(unseen) && /> ?$/.test(unseen.trimEnd().slice(-2)));
    if (next < 0) return;
    terminal.write(waiting.splice(next, 1)[0]!.text);
    unseen = '';
  });
  const forward = (data: Buffer): void => terminal.write(data.toString());
  const resize = (): void => terminal.resize(stdout.columns, stdout.rows);
  stdin.setRawMode(true).resume().on('data', forward);
  stdout.on('resize', resize);
  const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => terminal.onExit(resolve));
  stdout.off('resize', resize);
  stdin.off('data', forward).setRawMode(false).pause();
  return exitCode;
}
