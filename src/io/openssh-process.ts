import type { Readable, Writable } from 'node:stream';
import { ownWords, splitRefusals } from '../shell/dial-failure.ts';
import { makeRefusals } from './openssh-refusals.ts';

export type Execa = (typeof import('execa'))['execa'];

/** A running ssh master; whoever listens gets the chunks. */
export interface SshProcess {
  readonly stdin: Writable;
  /** Replaces who gets the chunks of stdout and stderr. */
  listen(listener: { readonly out: (chunk: Buffer) => void; readonly err: (chunk: Buffer) => void }): void;
  /** ssh's words about the next refused stream: the stream's own client is not told. */
  refusal(): Promise<string | undefined>;
  /** The last of ssh's own words, without those of the scripts. */
  lastWords(): string;
  readonly ended: Promise<{ readonly exitCode: number | undefined; readonly missing: boolean }>;
  /** Ends stdin, then waits, then kills. */
  close(): Promise<void>;
  kill(): void;
}

const patienceMs = 2_000;

/** Starts ssh in a session of its own: no terminal to ask on, and Ctrl+C reaches us alone. It ends with our end of its stdin. */
export function startSsh(execa: Execa, words: readonly string[], environment: Readonly<Record<string, string>>): SshProcess {
  const child = execa('ssh', words, {
    reject: false, buffer: false, encoding: 'buffer', stdin: 'pipe', stdout: 'pipe', stderr: 'pipe',
    detached: true, cleanup: false, env: environment,
  });
  let listener: Parameters<SshProcess['listen']>[0] = { out: () => {}, err: () => {} };
  let lastWords = '';
  const refusals = makeRefusals();
  const quiet = (stream: Readable | Writable) => stream.on('error', () => {}); // EPIPE: the exit tells why

  quiet(child.stdin);
  quiet(child.stdout).on('data', (chunk: Buffer) => listener.out(chunk));
  quiet(child.stderr).on('data', (chunk: Buffer) => {
    const split = splitRefusals(chunk);
    split.refusals.forEach(refusals.said);
    lastWords = ownWords(split.rest.subarray(-2_000).toString()) ?? lastWords;
    listener.err(split.rest);
  });

  const ended = child.then((result) => ({ exitCode: result.exitCode, missing: result.code === 'ENOENT' }));
  return {
    stdin: child.stdin,
    listen: (next) => void (listener = next),
    refusal: refusals.next,
    lastWords: () => lastWords,
    ended,
    kill: () => void child.kill(),
    async close() {
      child.stdin.end();
      const term = setTimeout(() => child.kill('SIGTERM'), patienceMs);
      const kill = setTimeout(() => child.kill('SIGKILL'), 2 * patienceMs);
      await ended;
      clearTimeout(term);
      clearTimeout(kill);
    },
  };
}
