import { randomBytes } from 'node:crypto';
import { Secret } from '../../src/cluster/secret.ts';
import type { Become } from '../../src/cluster/cluster.ts';
import { openSsh } from '../../src/io/openssh.ts';
import type { ConnectFailure, ConnectOptions, ConnectOutcome, ConnectTarget, NodeConnection } from '../../src/world.ts';

type Answer = string | boolean | (() => Promise<string | boolean>);

/** An openSsh with a person who gives these answers in order; without answers there is no terminal. */
export function sshWith(answers?: readonly Answer[]) {
  const questions: string[] = [];
  const notes: string[] = [];
  const left = [...(answers ?? [])];
  const next = async (message: string) => {
    questions.push(message);
    if (left.length === 0) throw new Error(`nobody answers: ${message}`);
    const answer = left.shift();
    return typeof answer === 'function' ? answer() : answer;
  };
  const never = () => { throw new Error('not asked here'); };
  const connect = openSsh({
    prompt: {
      available: answers !== undefined,
      text: never,
      select: never,
      secret: async ({ message }) => new Secret(String(await next(message))),
      confirm: async ({ message }) => (await next(message)) === true,
    },
    screen: {
      print: never, progress: never, paint: (_, text) => text, columns: 80,
      note: (text) => void notes.push(text),
    },
    local: { random: (bytes) => randomBytes(bytes) },
  });
  return {
    questions, notes,
    connect: (targets: readonly ConnectTarget[], options: Partial<ConnectOptions> = {}) => connect(targets, { perHop: 8, ...options }),
  };
}

export function target(name: string, user: string, port: number, become: Become = 'auto'): ConnectTarget {
  return { name, become, target: { text: `${user}@127.0.0.1:${port}`, user, host: '127.0.0.1', port } };
}

/** The connection, or an error that says why there is none. */
export function connected(outcome: ConnectOutcome | undefined): NodeConnection {
  if (!outcome || 'failure' in outcome) throw new Error(JSON.stringify(outcome));
  return outcome.connection;
}

export function failed(outcome: ConnectOutcome | undefined): ConnectFailure {
  if (!outcome || 'connection' in outcome) throw new Error('it connected');
  return outcome.failure;
}
