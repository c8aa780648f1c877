import { UserError } from '../errors.ts';
import { framed, frameReader } from '../shell/frame.ts';
import type { NodeConnection, RunAnswer, RunOptions } from '../world.ts';
import type { SshProcess } from './openssh-process.ts';

/** Runs scripts one after the other in a kept shell that is ready. */
export function keptShell(name: string, ssh: SshProcess, nonce: () => string): { readonly run: NodeConnection['run']; readonly isLate: () => boolean } {
  let before: Promise<unknown> = Promise.resolve();
  let lost: UserError | undefined;
  let isLate = false;

  async function run(script: string, { timeoutMs = 30_000 }: RunOptions = {}): Promise<RunAnswer> {
    if (lost) throw lost;
    const id = nonce();
    const answer = new Promise<RunAnswer>((resolve) => {
      const readers = { out: frameReader(id), err: frameReader(id) };
      const bodies: { out?: string; err?: string } = {};
      const listen = (stream: 'out' | 'err') => (chunk: Buffer) => {
        const frame = bodies[stream] === undefined ? readers[stream](chunk) : undefined;
        if (frame) bodies[stream] = frame.body.toString();
        if (frame && bodies.out !== undefined && bodies.err !== undefined) resolve({ exitCode: frame.exitCode, stdout: bodies.out, stderr: bodies.err });
      };
      ssh.listen({ out: listen('out'), err: listen('err') });
    });
    ssh.stdin.write(framed(id, script));

    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        isLate = true;
        reject(lost = new UserError(`${name}: no answer within ${Math.round(timeoutMs / 1000)} s; the connection was closed, the script may still run`, { hint: 'try again once the host answers' }));
        ssh.kill();
      }, timeoutMs);
    });
    const dead = ssh.ended.then(() => {
      throw lost ??= new UserError(`${name}: the connection was lost${ssh.lastWords() && `: ${ssh.lastWords()}`}`, { hint: 'try again once the host answers' });
    });
    try {
      return await Promise.race([answer, late, dead]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    isLate: () => isLate,
    run(script, options) {
      const answer = before.then(() => run(script, options));
      before = answer.catch(() => {});
      return answer;
    },
  };
}
