import { stripVTControlCharacters } from 'node:util';
import { Chalk } from 'chalk';
import type { Colour, Screen } from '../world.ts';

export interface ScreenOptions {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
  readonly colour: boolean;
}

/** A screen whose live lines can be put away while a question is on it. */
export interface LiveScreen extends Screen {
  /** Takes the live lines off the terminal until the returned function is called. */
  hold(): () => void;
}

/** Results go to stdout, everything else to stderr; live lines appear on a terminal only. */
export function makeScreen({ stdout, stderr, colour }: ScreenOptions): LiveScreen {
  // Who reads no further, such as head, has seen enough.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const live: { text: string }[] = [];
  let drawn = 0;
  let held = 0;

  const columns = (): number => stderr.columns ?? 80;
  const erase = (): void => {
    if (drawn > 0) stderr.write(`\r\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = (): void => {
    if (!stderr.isTTY || held > 0) return;
    // What has scrolled off the top could not be taken back.
    const room = Math.max(1, (stderr.rows ?? 24) - 2);
    const shown = live.length <= room ? live : [...live.slice(0, room - 1), { text: `… and ${live.length - room + 1} more` }];
    for (const { text } of shown) stderr.write(`${fitted(text, columns() - 1)}\n`);
    drawn = shown.length;
  };
  const around = (write: () => void): void => {
    erase();
    write();
    draw();
  };

  return {
    print: (text) => around(() => stdout.write(`${text}\n`)),
    note: (text) => around(() => stderr.write(`${text}\n`)),
    progress(text, { quiet = false } = {}) {
      const line = { text };
      around(() => live.push(line));
      return {
        update: (next) =>
          around(() => {
            line.text = next;
            if (!stderr.isTTY && !quiet) stderr.write(`${next}\n`);
          }),
        done: (last) =>
          around(() => {
            if (live.includes(line)) live.splice(live.indexOf(line), 1);
            if (last !== undefined) stderr.write(`${last}\n`);
          }),
      };
    },
    hold() {
      erase();
      held += 1;
      return () => {
        held -= 1;
        draw();
      };
    },
    paint: makePaint(colour),
    get columns() {
      return columns();
    },
  };
}

/** Whether to colour: a terminal that can, and a person who did not say NO_COLOR (https://no-color.org). */
export function wantsColour(stream: { readonly isTTY?: boolean }, env: (name: string) => string | undefined): boolean {
  return stream.isTTY === true && !env('NO_COLOR') && env('TERM') !== 'dumb';
}

function makePaint(colour: boolean): Screen['paint'] {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  return (name: Colour, text) => chalk[name](text);
}

/** A live line that wraps could not be taken back. */
function fitted(text: string, columns: number): string {
  const plain = stripVTControlCharacters(text);
  return plain.length <= columns ? text : `${plain.slice(0, Math.max(0, columns - 1))}…`;
}
