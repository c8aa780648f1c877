import type { Secret } from '../cluster/secret.ts';
import type { HostKeyQuestion } from '../shell/ssh-question.ts';
import type { Prompt, Screen } from '../world.ts';

/** What was learned from the person; kept from one connect to the next, so that nothing is asked twice. */
export interface Memory {
  readonly hostKeys: Set<string>;
  readonly passphrases: Map<string, Secret>;
  /** By user; only passwords that sudo has accepted. */
  readonly sudoPasswords: Map<string, Secret>;
}

/** `tried` must be called once sudo has judged the password, or it is clear that it will not. */
export type SudoAnswer =
  | { readonly kind: 'password'; readonly password: Secret; tried(verdict: Verdict): void }
  | { readonly kind: 'spared'; readonly refusedBy: string }
  | { readonly kind: 'none' };
export type Verdict = 'right' | 'wrong' | 'unknown';

interface WaitingForKey { readonly question: HostKeyQuestion; readonly place: number; readonly resolve: (trusted: boolean) => void }
interface WaitingForSudo { readonly name: string; readonly user: string; readonly resolve: (answer: SudoAnswer) => void }

/** Where the questions of all nodes meet: what many nodes ask is shown once, when every node has connected, failed or asked. */
export interface Desk {
  /** A node moves until it has connected, failed or waits for another node. */
  enter(): void;
  leave(): void;
  /** `place`: of the node among all; people compare in the order they typed. */
  hostKey(question: HostKeyQuestion, place: number): Promise<boolean>;
  secret(name: string, text: string): Promise<string | undefined>;
  sudoPassword(name: string, user: string): Promise<SudoAnswer>;
  /** Rejects when the person has cancelled. */
  readonly broken: Promise<never>;
}

export function openDesk({ prompt, screen, memory }: { readonly prompt: Prompt; readonly screen: Screen; readonly memory: Memory }): Desk {
  let moving = 0;
  let keys: WaitingForKey[] = [];
  let sudos: WaitingForSudo[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let fail: (error: unknown) => void = () => {};
  const broken = new Promise<never>((_, reject) => (fail = reject));
  broken.catch(() => {});

  /** One question at a time on the person's terminal. */
  function talk<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    const answer = turn.then(question);
    turn = answer.catch(fail);
    return answer;
  }

  function wait<Answer>(put: (resolve: (answer: Answer) => void) => void): Promise<Answer> {
    return new Promise<Answer>((resolve) => {
      put((answer) => {
        moving += 1;
        resolve(answer);
      });
      leave();
    });
  }

  function leave(): void {
    moving -= 1;
    // Later, so that a node waiting for this one's place can begin to move first.
    setImmediate(() => {
      if (moving > 0) return;
      if (keys.length > 0) {
        const asked = keys.toSorted((one, other) => one.place - other.place);
        keys = [];
        talk(() => askHostKeys(asked)).catch(fail);
      } else if (sudos.length > 0) {
        const user = sudos[0]?.user ?? '';
        const asked = sudos.filter((each) => each.user === user);
        sudos = sudos.filter((each) => each.user !== user);
        talk(() => askSudo(user, asked)).then((password) => password && trySudo(password, asked)).catch(fail);
      }
    });
  }

  async function askHostKeys(asked: readonly WaitingForKey[]): Promise<void> {
    const lines = [...new Set(asked.map(({ question }) => `  ${question.host} ${question.type} ${question.fingerprint}`))];
    screen.note(['Unknown host keys, compare with your console:', ...lines].join('\n'));
    const trusted = (await prompt.confirm({ message: lines.length === 1 ? 'Trust it?' : `Trust these ${lines.length}?`, default: false })) === true;
    for (const { question, resolve } of asked) {
      if (trusted) memory.hostKeys.add(question.fingerprint);
      resolve(trusted);
    }
  }

  async function askSudo(user: string, asked: readonly WaitingForSudo[]): Promise<Secret | undefined> {
    const where = asked.length === 1 ? asked[0]?.name : `${asked.length} nodes`;
    const password = memory.sudoPasswords.get(user) ?? (prompt.available ? await prompt.secret({ message: `sudo password for ${user} on ${where}` }) : undefined);
    if (password === undefined) for (const { resolve } of asked) resolve({ kind: 'none' });
    return password;
  }

  /** One node first: a wrong password on all of them would count against the user everywhere. */
  async function trySudo(password: Secret, [first, ...others]: readonly WaitingForSudo[]): Promise<void> {
    if (!first) return;
    const verdict = await new Promise<Verdict>((tried) => first.resolve({ kind: 'password', password, tried }));
    if (verdict === 'unknown') return trySudo(password, others);
    if (verdict === 'right') memory.sudoPasswords.set(first.user, password);
    else memory.sudoPasswords.delete(first.user);
    for (const { resolve } of others) {
      resolve(verdict === 'right' ? { kind: 'password', password, tried: () => {} } : { kind: 'spared', refusedBy: first.name });
    }
  }

  return {
    enter: () => void (moving += 1),
    leave,
    broken,
    hostKey: async (question, place) => {
      if (memory.hostKeys.has(question.fingerprint)) return true;
      if (!prompt.available) return false;
      return wait((resolve) => keys.push({ question, place, resolve }));
    },
    secret: async (name, text) => {
      if (!prompt.available) return memory.passphrases.get(text)?.reveal();
      return talk(async () => {
        const known = memory.passphrases.get(text);
        const secret = known ?? (await prompt.secret({ message: `${name}: ${text}` }));
        if (secret && text.startsWith('Enter passphrase')) memory.passphrases.set(text, secret);
        return secret?.reveal();
      });
    },
    sudoPassword: (name, user) => wait((resolve) => sudos.push({ name, user, resolve })),
  };
}
