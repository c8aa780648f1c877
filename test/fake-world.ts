import { createHash } from 'node:crypto';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { Secret } from '../src/cluster/secret.ts';
import { ExitCode, UserError } from '../src/errors.ts';
import type { ConnectFailure, Local, NodeConnection, RunAnswer, RunOptions, World } from '../src/world.ts';
import type { DatabaseDrivers } from '../src/world/database.ts';
import type { Http } from '../src/world/http.ts';
import type { RedisDriver } from '../src/world/redis.ts';

/** What a test says the outside does. Whatever is not said here fails the test when it is called. */
export interface FakeProgram {
  /** Files of this machine by absolute path; what is written lands in the same map. */
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly templates?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Nodes by the name they are connected under. */
  readonly nodes?: Readonly<Record<string, FakeNode>>;
  readonly open?: DatabaseDrivers['open'];
  readonly probeTls?: DatabaseDrivers['probeTls'];
  readonly redis?: Partial<RedisDriver>;
  readonly request?: Http['request'];
  /** A TCP connection from this machine. */
  readonly dial?: Http['dial'];
  readonly certificate?: Http['certificate'];
  readonly run?: Local['run'];
  readonly lookup?: Local['lookup'];
  /** Answers to questions in order; undefined is Escape. Absent: there is no terminal. */
  readonly answers?: readonly (string | boolean | undefined)[];
  readonly now?: Date;
  /** Aborted: Ctrl+C was pressed. */
  readonly interrupt?: AbortSignal;
}

export interface FakeNode {
  /** Set: the connection does not come about. */
  readonly failure?: ConnectFailure;
  readonly login?: NodeConnection['login'];
  readonly run?: (script: string, options?: RunOptions) => Partial<RunAnswer> | Promise<Partial<RunAnswer>>;
  readonly dial?: NodeConnection['dial'];
}

export interface FakeWorld extends World {
  /** Everything printed to stdout, one entry a call. */
  readonly printed: string[];
  /** Everything noted to stderr, progress included. */
  readonly noted: string[];
  readonly questions: string[];
  readonly fileMap: Map<string, { readonly content: string; readonly mode?: number }>;
  /** Names of nodes whose connection was closed. */
  readonly closed: string[];
}

/** A world that does what the program says; any other call fails the test, even when the code under test swallows the error. */
export function fakeWorld(program: FakeProgram = {}): FakeWorld {
  const unprogrammed: string[] = [];
  onTestFinished(() => {
    if (unprogrammed.length > 0) throw new Error(`calls that the test did not programme: ${unprogrammed.join(', ')}`);
  });
  const refuse = (call: string): never => {
    unprogrammed.push(call);
    throw new Error(`not programmed: ${call}`);
  };

  const printed: string[] = [];
  const noted: string[] = [];
  const questions: string[] = [];
  const closed: string[] = [];
  const fileMap: FakeWorld['fileMap'] = new Map(Object.entries(program.files ?? {}).map(([name, content]) => [name, { content }]));
  const answers = [...(program.answers ?? [])];
  let milliseconds = (program.now ?? new Date('2027-01-04T10:00:00Z')).getTime();

  const ask = <Answer>(message: string, isAnswer: (answer: string | boolean) => boolean): Promise<Answer | undefined> => {
    questions.push(message);
    if (program.answers === undefined) return Promise.reject(new UserError('There is no terminal to ask on.', { exitCode: ExitCode.WrongUsage }));
    if (answers.length === 0) return refuse(`prompt "${message}"`);
    const answer = answers.shift();
    if (answer !== undefined && !isAnswer(answer)) return refuse(`prompt "${message}" answered with ${JSON.stringify(answer)}`);
    return Promise.resolve(answer as Answer | undefined);
  };
  const isText = (answer: string | boolean): boolean => typeof answer === 'string';

  const connectionTo = (name: string, node: FakeNode): NodeConnection => ({
    name,
    host: () => Promise.resolve(name),
    login: node.login ?? { user: 'ops', become: 'sudo' },
    run: async (script, options) => ({
      exitCode: 0, stdout: '', stderr: '',
      ...(node.run === undefined ? refuse(`${name}: run ${script.slice(0, 60)}`) : await node.run(script, options)),
    }),
    dial: (address) => (node.dial === undefined ? refuse(`${name}: dial ${address.host}:${address.port}`) : node.dial(address)),
    close: () => {
      closed.push(name);
      return Promise.resolve();
    },
  });

  return {
    printed, noted, questions, fileMap, closed,
    screen: {
      print: (text) => void printed.push(text),
      note: (text) => void noted.push(text),
      progress: (text) => {
        noted.push(text);
        return { update: (next) => void noted.push(next), done: (last) => void (last !== undefined && noted.push(last)) };
      },
      paint: (_colour, text) => text,
      columns: 100,
    },
    prompt: {
      available: program.answers !== undefined,
      text: async (question) => {
        const answer = await ask<string>(question.message, isText);
        return answer === '' ? (question.default ?? '') : answer;
      },
      secret: async (question) => {
        const answer = await ask<string>(question.message, isText);
        return answer === undefined ? undefined : new Secret(answer);
      },
      confirm: (question) => ask<boolean>(question.message, (answer) => typeof answer === 'boolean'),
      select: (question) => ask(question.message, (answer) => question.choices.some((choice) => choice.value === answer)),
    },
    files: {
      resolve: (name, base = '/work') => path.resolve(base, name.replace(/^~(?=\/)/, '/home/ops')),
      readText: (name) => Promise.resolve(fileMap.get(name)?.content),
      readBytes: (name) => Promise.resolve(fileMap.has(name) ? Buffer.from(fileMap.get(name)!.content) : undefined),
      write: (name, content, options) => {
        fileMap.set(name, { content: Buffer.from(content).toString(), ...(options?.mode === undefined ? {} : { mode: options.mode }) });
        return Promise.resolve();
      },
      readStdin: async () => program.stdin ?? refuse('standard input'),
      template: async (name) => program.templates?.[name] ?? refuse(`template ${name}`),
    },
    clock: {
      now: () => new Date(milliseconds),
      monotonic: () => milliseconds,
      sleep: (length) => {
        milliseconds += length;
        return Promise.resolve();
      },
    },
    local: {
      cwd: '/work', home: '/home/ops', userName: 'ops', hostName: 'laptop',
      processName: () => 'boot room 7 now',
      hasEnded: (name) => name.endsWith(' ended'),
      env: (name) => program.env?.[name],
      run: async (words, options) => (program.run === undefined ? refuse(`run ${words.join(' ')}`) : program.run(words, options)),
      random: (bytes) => new Uint8Array(bytes).fill(7),
      fingerprint: (secret) => createHash('sha256').update(secret.reveal()).digest('hex').slice(0, 6),
      sha256: (content) => createHash('sha256').update(content).digest('hex'),
      lookup: async (host) => (program.lookup === undefined ? refuse(`lookup ${host}`) : program.lookup(host)),
    },
    database: {
      open: async (request) => (program.open === undefined ? refuse(`open ${request.type} ${request.address.host}`) : program.open(request)),
      probeTls: async (request) => (program.probeTls === undefined ? refuse(`probeTls ${request.address.host}`) : program.probeTls(request)),
    },
    redis: {
      open: async (request) => (program.redis?.open === undefined ? refuse(`open redis ${request.address.host}`) : program.redis.open(request)),
      probeTls: async (request) => (program.redis?.probeTls === undefined ? refuse(`probeTls redis ${request.address.host}`) : program.redis.probeTls(request)),
    },
    uninterrupted: (work) => work(program.interrupt ?? new AbortController().signal),
    http: {
      request: async (request) => (program.request === undefined ? refuse(`http ${request.host}${request.path}`) : program.request(request)),
      dial: (address) => (program.dial === undefined ? refuse(`dial ${address.host}:${address.port}`) : program.dial(address)),
      certificate: async (request) => (program.certificate === undefined ? refuse(`certificate ${request.serverName}`) : program.certificate(request)),
    },
    connect: (targets) =>
      Promise.resolve(
        targets.map(({ name }) => {
          const node = program.nodes?.[name] ?? refuse(`connect ${name}`);
          return node.failure === undefined ? { name, connection: connectionTo(name, node) } : { name, failure: node.failure };
        }),
      ),
  };
}
