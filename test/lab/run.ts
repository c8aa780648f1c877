import { spawn } from 'node:child_process';
import { connect } from 'node:net';

export interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

/** Runs words without a shell and gives back whatever they answer; rejects only when they cannot be started. */
export function answerOf(words: readonly string[], options: RunOptions = {}): Promise<Answer> {
  const { input, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(words[0]!, words.slice(1), { ...spawnOptions, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ exitCode: code ?? 128, stdout, stderr: signal === null ? stderr : `${stderr}${signal}` }));
    child.stdin.on('error', () => {}); // the program may end without reading
    child.stdin.end(input ?? '');
  });
}

/** Runs words without a shell; rejects with what they said on stderr when they fail. */
export async function run(words: readonly string[], options: RunOptions = {}): Promise<string> {
  const answer = await answerOf(words, options);
  if (answer.exitCode !== 0) throw new Error(`${words.join(' ')}: exit ${answer.exitCode}: ${answer.stderr.trim() || answer.stdout.trim()}`);
  return answer.stdout;
}

/** Promise.all that rejects only when nothing is under way any more, so that a clean-up finds everything. */
export async function allOf<Work extends readonly unknown[] | []>(work: Work): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** Asks `probe` until it says yes; rejects after `seconds`, naming what was awaited. */
export async function until(what: string, probe: () => Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Whether a server that speaks first, such as sshd, does so within a second. */
export function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (yes: boolean) => { socket.destroy(); resolve(yes); };
    socket.once('data', () => end(true)).once('error', () => end(false)).setTimeout(1000, () => end(false));
  });
}
