import { ownWords, splitRefusals } from '../shell/dial-failure.ts';
import { type SshChild, startChild } from './openssh-child.ts';
import { makeRefusals } from './openssh-refusals.ts';

/** A running ssh master; whoever listens gets the chunks. */
export interface SshProcess extends Pick<SshChild, 'stdin' | 'ended' | 'kill'> {
  /** Replaces who gets the chunks of stdout and stderr. */
  listen(listener: { readonly out: (chunk: Buffer) => void; readonly err: (chunk: Buffer) => void }): void;
  /** ssh's words about the next refused stream: the stream's own client is not told. */
  refusal(): Promise<string | undefined>;
  /** The last of ssh's own words, without those of the scripts. */
  lastWords(): string;
  /** Ends stdin, then waits, then kills. */
  close(): Promise<void>;
}

const patienceMs = 2_000;

/** Starts the ssh that is a node's kept shell. It ends with our end of its stdin. */
export function startSsh(words: readonly string[], environment: Readonly<Record<string, string>>): SshProcess {
  const child = startChild(words, environment);
  let listener: Parameters<SshProcess['listen']>[0] = { out: () => {}, err: () => {} };
  let lastWords = '';
  const refusals = makeRefusals();

  child.stdout.on('data', (chunk: Buffer) => listener.out(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    const split = splitRefusals(chunk);
    split.refusals.forEach(refusals.said);
    lastWords = ownWords(split.rest.subarray(-2_000).toString()) ?? lastWords;
    listener.err(split.rest);
  });

  // What a ProxyCommand leaves behind (a master that persists) has ssh's stderr, for minutes or hours.
  void child.exited.then(() => setTimeout(() => {
    child.stdout.destroy();
    child.stderr.destroy();
  }, patienceMs).unref());

  return {
    stdin: child.stdin,
    listen: (next) => void (listener = next),
    refusal: refusals.next,
    lastWords: () => lastWords,
    ended: child.ended,
    kill: child.kill,
    async close() {
      child.stdin.end();
      const term = setTimeout(() => child.kill('SIGTERM'), patienceMs);
      const kill = setTimeout(() => child.kill('SIGKILL'), 2 * patienceMs);
      await child.ended;
      clearTimeout(term);
      clearTimeout(kill);
    },
  };
}
