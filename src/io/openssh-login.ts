import { doasFailure } from '../shell/doas-failure.ts';
import { sshFailure } from '../shell/ssh-failure.ts';
import { sudoFailure } from '../shell/sudo-failure.ts';
import type { ConnectFailure, NodeConnection } from '../world.ts';
import type { SudoAnswer } from './openssh-desk.ts';
import type { SshProcess } from './openssh-process.ts';

export type LoginOutcome = Pick<NodeConnection, 'login' | 'address'> | { readonly failure: ConnectFailure };

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
  const entered = await words.until(({ out }) => new RegExp(`${mark} login \\d+ (\\S+) (?:\\S+ \\S+ (\\S+) \\S+)?\n`).exec(out) ?? undefined);
  if (entered === undefined) {
    const { exitCode, missing } = await ssh.ended;
    if (missing) return { failure: { kind: 'other', found: 'there is no ssh on this machine', hint: 'sudo apt-get install openssh-client' } };
    return { failure: sshFailure({ target, exitCode, stderr: words.err(), stdout: words.out() }) };
  }
  const [, user = '', address] = entered;
  const loggedInAs = (become: NodeConnection['login']['become']): LoginOutcome => ({ login: { user, become }, ...(address === undefined ? {} : { address }) });
  loggedIn();

  const last = (pattern: string, { out, err }: Heard) => (err.includes(`${mark} ${pattern}`) ? new RegExp(`${mark} ${pattern} (none|sudo|doas|dzdo)\n`).exec(out)?.[1] as NodeConnection['login']['become'] | undefined : undefined);
  const ready = (heard: Heard) => last('ready', heard);
  const said = () => words.err().replaceAll(mark, '').replaceAll(sudoPrompt, '');
  const state = await words.until((heard) => ready(heard) ?? (last('refused', heard) && 'refused'));
  if (state !== undefined && state !== 'refused') return loggedInAs(state);
  const program = last('refused', { out: words.out(), err: words.err() }) ?? 'sudo';
  const failureOf = (text: string) => (program === 'doas' ? doasFailure(user, text) : sudoFailure(user, text, program === 'dzdo' ? program : 'sudo'));
  const failure = failureOf(said());
  if (state === undefined || failure.kind !== 'sudo-wants-password' || !sudoPassword) return { failure };

  const answer = await sudoPassword(user);
  if (answer.kind === 'none') return { failure };
  if (answer.kind === 'spared') {
    return { failure: { kind: 'sudo-wrong-password', found: `not tried: ${answer.refusedBy} did not accept this password`, hint: '--ask-sudo-password' } };
  }
  const before = words.err().length;
  // doas asks in words of its own.
  const prompts = ({ err }: Heard) => (program === 'doas' ? err.slice(before).match(/password[^\n]*: ?$/gim)?.length ?? 0 : err.split(sudoPrompt).length - 1);
  ssh.stdin.write(`${sudoPrompt}\n`);
  const wanted = (await words.until((heard) => ready(heard) ?? (prompts(heard) > 0 ? 'password' : undefined))) === 'password';
  if (wanted) ssh.stdin.write(`${answer.password.reveal()}\n`);
  const end = await words.until((heard) => ready(heard) ?? (prompts(heard) > 1 ? 'again' : undefined));
  if (end !== undefined && end !== 'again') {
    answer.tried(wanted ? 'right' : 'unknown');
    return loggedInAs(end);
  }
  const judged = failureOf(end === 'again' ? 'Sorry, try again.\ndoas: Authentication failed' : said());
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
