import { parseSshQuestion, type HostKeyQuestion } from '../shell/ssh-question.ts';
import type { ConnectFailure, Screen } from '../world.ts';
import type { Desk, Memory } from './openssh-desk.ts';
import type { Limit } from './openssh-limits.ts';

/** The questions of one ssh, and what they say about its failure. */
export interface Questions {
  answer(text: string, notice: boolean): Promise<string | undefined>;
  /** A question may outlive its ssh: hosts hang up while a person compares fingerprints. */
  settled(): Promise<unknown>;
  hasTrustedKey(): boolean;
  /** The same failure, or the question that was not answered. */
  explain(failure: ConnectFailure): ConnectFailure;
}

interface QuestionsRequest {
  readonly name: string;
  readonly target: string;
  /** Of the node among all. */
  readonly place: number;
  readonly desk: Desk;
  readonly screen: Screen;
  readonly memory: Memory;
  readonly limit: Limit;
  /** Called for each host key that is asked for. */
  readonly askedForKey: (question: HostKeyQuestion) => unknown;
}

export function makeQuestions({ name, target, place, desk, screen, memory, limit, askedForKey }: QuestionsRequest): Questions {
  let pending: Promise<unknown> = Promise.resolve();
  let trusted = false;
  let declined: HostKeyQuestion | undefined;
  let unanswered: string | undefined;
  const asked: string[] = [];

  async function answer(text: string): Promise<string | undefined> {
    const question = parseSshQuestion(text);
    if (question.kind === 'secret') {
      asked.push(question.text);
      const secret = await desk.secret(name, question.text);
      if (secret === undefined) unanswered = question.text;
      return secret;
    }
    void askedForKey(question);
    if (!(await desk.hostKey(question, place))) {
      declined = question;
      return undefined;
    }
    trusted = true;
    return question.answer;
  }

  return {
    answer(text, notice) {
      if (notice) {
        screen.note(`${name}: ${text.trim()}`);
        return Promise.resolve(undefined);
      }
      limit.pause();
      const answered = answer(text).finally(limit.resume);
      pending = answered.catch(() => {});
      return answered;
    },
    settled: () => pending,
    hasTrustedKey: () => trusted,
    explain(failure) {
      if (declined) {
        const { host, type, fingerprint } = declined;
        return { kind: 'host-key-unknown', found: `the host key of ${host} is not known: ${type} ${fingerprint}`, hint: `compare it with the host's own, then: --host-key ${fingerprint}` };
      }
      if (failure.kind !== 'login-refused') return failure;
      for (const text of asked) memory.passphrases.delete(text);
      if (unanswered === undefined) return failure;
      const key = /passphrase for key '(.*)'/.exec(unanswered)?.[1];
      return { kind: 'login-refused', found: `ssh asked "${unanswered}" and got no answer`, hint: key === undefined ? `ssh-copy-id ${target}` : `ssh-add ${key}` };
    },
  };
}
