import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface SshChild extends Pick<ChildProcessWithoutNullStreams, 'stdin' | 'stdout' | 'stderr'> {
  /** `missing`: there is no ssh on this machine. */
  readonly ended: Promise<{ readonly exitCode: number | undefined; readonly missing: boolean }>;
  /** It is gone; somebody who inherited its streams may hold them open. */
  readonly exited: Promise<void>;
  kill(signal?: NodeJS.Signals): void;
}

/**
 * Starts ssh in a session of its own: no terminal to ask on, and Ctrl+C reaches us alone. Node's own spawn, because each stream to a
 * node is an ssh, and 50 nodes have hundreds: execa takes half a megabyte and a millisecond more for each.
 */
export function startChild(words: readonly string[], environment?: Readonly<Record<string, string>>): SshChild {
  const child = spawn('ssh', words, { detached: true, ...(environment === undefined ? {} : { env: { ...process.env, ...environment } }) });
  const { stdin, stdout, stderr } = child;
  for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {}); // EPIPE: the exit tells why
  return {
    stdin, stdout, stderr,
    ended: new Promise((resolve) => {
      child.once('close', (code) => resolve({ exitCode: code ?? undefined, missing: false }));
      child.once('error', (error: NodeJS.ErrnoException) => resolve({ exitCode: undefined, missing: error.code === 'ENOENT' }));
    }),
    exited: new Promise((resolve) => child.once('exit', () => resolve())),
    kill: (signal) => void child.kill(signal),
  };
}

/** Everything that comes out of a stream; ask when it has ended. */
export function heard(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** What ssh prints when it connects to nothing. */
export async function askSsh(words: readonly string[]): Promise<{ readonly exitCode: number | undefined; readonly stdout: string; readonly stderr: string }> {
  const child = startChild(words);
  child.stdin.end();
  const [stdout, stderr] = [heard(child.stdout), heard(child.stderr)];
  const { exitCode } = await child.ended;
  return { exitCode, stdout: stdout(), stderr: stderr() };
}
