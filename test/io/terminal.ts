import pty from '@lydell/node-pty';
import headless from '@xterm/headless';

/** A program on a pseudo-terminal, seen as a person sees it. */
export interface Terminal {
  /** The screen and what scrolled off it, without trailing blanks. */
  text(): string;
  /** Types keys as they are; Enter is `\r`, Escape `\u001b`. */
  type(keys: string): void;
  /** Resolves once the screen matches; rejects with the screen when it does not in time or the program has ended. */
  sees(what: string | RegExp, timeoutMs?: number): Promise<void>;
  /** Everything the program wrote, escape sequences included. */
  raw(): string;
  readonly ended: Promise<number>;
  kill(): void;
}

/** Starts a program on a terminal of 120 columns and 50 rows. */
export function openTerminal(words: readonly string[], options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string | undefined>>; readonly columns?: number } = {}): Terminal {
  const columns = options.columns ?? 120;
  const [program = '', ...rest] = words;
  const env = { ...process.env, TERM: 'xterm-256color', ...options.env };
  const child = pty.spawn(program, rest, { cols: columns, rows: 50, cwd: options.cwd ?? process.cwd(), env: env as Record<string, string> });
  const screen = new headless.Terminal({ cols: columns, rows: 50, scrollback: 5000, allowProposedApi: true });
  const watchers = new Set<() => void>();
  let raw = '';
  let exitCode: number | undefined;

  child.onData((data) => {
    raw += data;
    screen.write(data, () => watchers.forEach((look) => look()));
  });
  const ended = new Promise<number>((resolve) =>
    child.onExit((exit) => screen.write('', () => {
      exitCode = exit.exitCode;
      resolve(exit.exitCode);
      watchers.forEach((look) => look());
    })));

  const text = (): string => {
    const { buffer } = { buffer: screen.buffer.active };
    const lines = Array.from({ length: buffer.length }, (_, index) => buffer.getLine(index)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd();
  };
  return {
    text,
    raw: () => raw,
    type: (keys) => child.write(keys),
    ended,
    kill: () => child.kill('SIGKILL'),
    sees: (what, timeoutMs = 20_000) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          clearTimeout(timer);
          watchers.delete(look);
        };
        const look = (): void => {
          if (typeof what === 'string' ? text().includes(what) : what.test(text())) {
            stop();
            resolve();
          } else if (exitCode !== undefined) fail(`ended with ${exitCode}`);
        };
        const fail = (why: string): void => {
          stop();
          reject(new Error(`The terminal never showed ${String(what)}: ${why}\n--- screen\n${text()}\n---`));
        };
        const timer = setTimeout(() => fail(`${timeoutMs} ms are up`), timeoutMs);
        watchers.add(look);
        look();
      }),
  };
}
