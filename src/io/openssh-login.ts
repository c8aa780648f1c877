import { sshFailure } from '../shell/ssh-failure.ts';
import { sudoFailure } from '../shell/sudo-failure.ts';
import type { ConnectFailure, NodeConnection } from '../world.ts';
import type { SudoAnswer } from './openssh-desk.ts';
import type { SshProcess } from './openssh-process.ts';

export type LoginOutcome = { readonly login: NodeConnection['login'] } | { readonly failure: ConnectFailure };

export interface LoginRequest {
  readonly ssh: SshProcess;
  /** What the person types after `ssh`. */
  readonly target: string;
  /** The mark given to `remoteShell`, and the prompt that sudo is to use: both never seen before. */
  readonly mark: string;
  readonly sudoPrompt: string;
  /** Called when ssh is through; sudo may still want something. */
  readonly loggedIn: () => void;
  /** Undefined: sudo's password is not to be asked for. */
  readonly sudoPassword: ((user: string) => Promise<SudoAnswer>) | undefined;
}

/** Follows an ssh until its shell is ready as the right user, or it is clear why it never will be. */
export async function followLogin({ ssh, target, mark, sudoPrompt, loggedIn, sudoPassword }: LoginRequest): Promise<LoginOutcome> {
  const words = hear(ssh);
  const user = await words.until(({ out }) => new RegExp(`${mark} login \\d+ (\\S+)\n`).exec(out)?.[1]);
  if (user === undefined) {
    const { exitCode, missing } = await ssh.ended;
    if (missing) return { failure: { kind: 'other', found: 'there is no ssh on this machine', hint: 'sudo apt-get install openssh-client' } };
    return { failure: sshFailure({ target, exitCode, stderr: words.err(), stdout: words.out() }) };
  }
  loggedIn();

  const ready = ({ out, err }: Heard) => (err.includes(`${mark} ready\n`) ? new RegExp(`${mark} ready (none|sudo)\n`).exec(out)?.[1] : undefined);
  const refused = ({ out, err }: Heard) => ([out, err].every((text) => text.includes(`${mark} refused\n`)) ? 'refused' : undefined);
  const said = () => words.err().replaceAll(mark, '').replaceAll(sudoPrompt, '');
  const state = await words.until((heard) => ready(heard) ?? refused(heard));
  if (state === 'none' || state === 'sudo') return { login: { user, become: state } };
  const failure = sudoFailure(user, said());
  if (state === undefined || failure.kind !== 'sudo-wants-password' || !sudoPassword) return { failure };

  const answer = await sudoPassword(user);
  if (answer.kind === 'none') return { failure };
  if (answer.kind === 'spared') {
    return { failure: { kind: 'sudo-wrong-password', found: `not tried: ${answer.refusedBy} did not accept this password`, hint: '--ask-sudo-password' } };
  }
  const prompts = ({ err }: Heard) => err.split(sudoPrompt).length - 1;
  ssh.stdin.write(`${sudoPrompt}\n`);
  const wanted = (await words.until((heard) => ready(heard) ?? (prompts(heard) > 0 ? 'password' : undefined))) === 'password';
  if (wanted) ssh.stdin.write(`${answer.password.reveal()}\n`);
  const end = await words.until((heard) => ready(heard) ?? (prompts(heard) > 1 ? 'again' : undefined));
  if (end === 'sudo') {
    answer.tried(wanted ? 'right' : 'unknown');
    return { login: { user, become: 'sudo' } };
  }
  const judged = sudoFailure(user, end === 'again' ? 'Sorry, try again.' : said());
  answer.tried(judged.kind === 'sudo-wrong-password' ? 'wrong' : 'unknown');
  return { failure: judged };
}

interface Heard {
  readonly out: string;
  readonly err: string;
}

/** Keeps what ssh says, and lets one wait for a text; undefined when ssh ended without it. */
function hear(ssh: SshProcess) {
  const heard = { out: '', err: '' };
  let ended = false;
  let wake = () => {};
  ssh.listen({
    out: (chunk) => { heard.out += chunk.toString(); wake(); },
    err: (chunk) => { heard.err += chunk.toString(); wake(); },
  });
  void ssh.ended.then(() => { ended = true; wake(); });
  return {
    out: () => heard.out,
    err: () => heard.err,
    async until<Found>(look: (heard: Heard) => Found | undefined): Promise<Found | undefined> {
      for (;;) {
        const found = look(heard);
        if (found !== undefined || ended) return found;
        await new Promise<void>((resolve) => { wake = resolve; });
      }
    },
  };
}
