import { join } from 'node:path';
import { remoteShell } from '../shell/remote-shell.ts';
import { firstHop, masterArguments, type MasterWay, mayLimit, parseSettings, settingsArguments, type SshSettings } from '../shell/ssh-arguments.ts';
import { sshByHand } from '../shell/ssh-by-hand.ts';
import { isUnknownOption, sshFailure } from '../shell/ssh-failure.ts';
import { isKeyOf } from '../shell/ssh-question.ts';
import type { ConnectFailure, ConnectOptions, ConnectTarget, Local, Prompt, Screen, World } from '../world.ts';
import { openAskpass } from './openssh-askpass.ts';
import { askSsh } from './openssh-child.ts';
import { connectionOver, type OpenOutcome } from './openssh-connection.ts';
import { openDesk, type Memory } from './openssh-desk.ts';
import { makeFolder } from './openssh-folder.ts';
import { makePlaces, startLimit } from './openssh-limits.ts';
import { followLogin } from './openssh-login.ts';
import { lasting } from './openssh-reconnect.ts';
import { startSsh, type SshProcess } from './openssh-process.ts';
import { makeQuestions, type Questions } from './openssh-questions.ts';

interface Dependencies {
  readonly prompt: Prompt;
  readonly screen: Screen;
  readonly local: Pick<Local, 'random'>;
}

// Patience for a login, without the time a person takes to answer.
const loginMs = 30_000;

/** The nodes through the system's own ssh: the user's config, agent, known hosts and jump hosts. One ssh a node. */
export function openSsh(dependencies: Dependencies): World['connect'] {
  const memory: Memory = { hostKeys: new Set(), passphrases: new Map(), sudoPasswords: new Map() };
  return async (targets, options) => {
    if (targets.length === 0) return [];
    for (const key of options.hostKeys ?? []) memory.hostKeys.add(key);
    const tools = { ...dependencies, memory };
    const outcomes = await connectAll(targets, options, tools);
    const { tell: _, ...quietly } = options;
    return outcomes.map((outcome, index) => ('failure' in outcome ? outcome : {
      name: outcome.name,
      connection: lasting(outcome.connection, async () => (await connectAll([targets[index]!], quietly, { ...tools, prompt: { ...tools.prompt, available: false } }))[0]!),
    }));
  };
}

type Tools = Dependencies & { readonly memory: Memory };

async function connectAll(targets: readonly ConnectTarget[], options: ConnectOptions, tools: Tools): Promise<readonly OpenOutcome[]> {
  const { screen, memory } = tools;
  const nonce = () => Buffer.from(tools.local.random(12)).toString('hex');
  const folder = makeFolder();
  const desk = openDesk(tools);
  const questions: Questions[] = [];
  // Two numbers a node: some logins are made once more.
  const askpass = openAskpass(folder.path, 2 * targets.length, async (number, text, notice) => questions[number]?.answer(text, notice));
  const takePlace = makePlaces(options.perHop);
  const running = new Set<SshProcess>();
  let cancelled = false;

  // `ssh -G` costs a tenth of a login: with no more nodes than a hop may have at once, no login waits for it.
  const isFew = targets.length <= options.perHop;
  const ways = targets.map(({ target }) => once(() => askWay(target, options.config)));

  async function connectOne(target: ConnectTarget, index: number): Promise<OpenOutcome> {
    const { name } = target;
    const own = isFew ? undefined : await ways[index]!();
    if (own !== undefined && 'failure' in own) return { name, ...own };
    desk.leave();
    options.tell?.(name, 'waits for its turn');
    const free = await takePlace(own === undefined ? '' : firstHop(own));
    desk.enter();
    options.tell?.(name, 'logs in');
    try {
      if (cancelled) throw new Error('cancelled');
      const outcome = await login(target, own === undefined ? { limited: true } : wayOf(own), index, free);
      if (cancelled || !('failure' in outcome) || !['other', 'refused', 'timeout'].includes(outcome.failure.kind)) return outcome;
      const settings = await ways[index]!();
      if ('failure' in settings) return { name, ...settings };
      const way = wayOf(settings);
      // A host hangs up while a person compares fingerprints (LoginGraceTime); now that the key is trusted, once more.
      const hungUp = questions[index]?.hasTrustedKey() === true;
      const wrongGuess = own === undefined && ((outcome.failure.kind === 'timeout' && !way.limited) || isUnknownOption(outcome.failure));
      return (hungUp || wrongGuess) && !cancelled ? await login(target, way, index + targets.length, free) : outcome;
    } finally {
      free();
    }
  }

  async function login({ name, target, become }: ConnectTarget, way: Pick<MasterWay, 'known' | 'limited'>, number: number, free: () => void): Promise<OpenOutcome> {
    const mark = nonce();
    const place = number % targets.length;
    const byHand = sshByHand(target, options.config);
    const socket = join(folder.path, String(number));
    const limit = startLimit(loginMs, () => ssh.kill());
    const asked = (questions[number] = makeQuestions({
      name, target: byHand, place, desk, screen, memory, limit,
      // Past the first hop: others may log in through it while the person thinks.
      askedForKey: async (question) => {
        const own = await ways[place]!();
        if (!('failure' in own) && isKeyOf(question, own)) free();
      },
    }));
    const words = masterArguments({ target, config: options.config, ...way, socket }, remoteShell(mark, become));
    const ssh = startSsh(words, askpass.environment(number));
    running.add(ssh);
    const outcome = await followLogin({
      ssh, mark, target: byHand, sudoPrompt: nonce(),
      loggedIn: () => {
        free();
        options.tell?.(name, 'becomes root');
      },
      sudoPassword: options.askSudoPassword === true && (tools.prompt.available || memory.sudoPasswords.size > 0) ? pausing(limit, (user) => desk.sudoPassword(name, user)) : undefined,
    });
    const late = limit.end();
    const host = async (): Promise<string> => {
      const settings = await ways[place]!();
      return ('failure' in settings ? undefined : settings.get('hostname')) ?? target.host;
    };
    if ('login' in outcome) return { name, connection: connectionOver({ name, host, ...outcome, ssh, socket, nonce }) };
    ssh.kill();
    await Promise.all([asked.settled(), ssh.ended]);
    const failure = late ? { kind: 'timeout' as const, found: `no shell within ${loginMs / 1000} s`, hint: `ssh ${byHand}` } : outcome.failure;
    return { name, failure: asked.explain(failure) };
  }

  for (const _ of targets) desk.enter();
  try {
    const outcomes = await Promise.race([Promise.all(targets.map((target, index) => connectOne(target, index).then((outcome) => {
      options.tell?.(outcome.name, 'failure' in outcome ? outcome.failure.found : 'connected');
      return outcome;
    }).finally(desk.leave))), desk.broken]);
    return withFolder(outcomes, folder.remove);
  } catch (error) {
    cancelled = true;
    for (const ssh of running) ssh.kill();
    folder.remove();
    throw error;
  } finally {
    askpass.close();
  }
}

function wayOf(settings: SshSettings): Pick<MasterWay, 'known' | 'limited'> {
  return { known: settings, limited: mayLimit(settings) };
}

/** What the user's config makes of a target. */
async function askWay(target: ConnectTarget['target'], config: string | undefined): Promise<SshSettings | { readonly failure: ConnectFailure }> {
  const { stdout, stderr, exitCode } = await askSsh(settingsArguments(target, config));
  if (exitCode === 255) return { failure: sshFailure({ target: sshByHand(target, config), exitCode, stderr, stdout: '' }) };
  return parseSettings(stdout);
}

function once<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  return () => (answer ??= ask());
}

/** The folder goes with the last connection. */
function withFolder(outcomes: readonly OpenOutcome[], remove: () => void): readonly OpenOutcome[] {
  let open = outcomes.filter((outcome) => 'connection' in outcome).length;
  if (open === 0) remove();
  return outcomes.map((outcome) => {
    if ('failure' in outcome) return outcome;
    let closed: Promise<void> | undefined;
    const close = () => (closed ??= outcome.connection.close().finally(() => --open === 0 && remove()));
    return { name: outcome.name, connection: { ...outcome.connection, close } };
  });
}

function pausing<Argument, Answer>(limit: { pause(): void; resume(): void }, ask: (argument: Argument) => Promise<Answer>): (argument: Argument) => Promise<Answer> {
  return (argument) => {
    limit.pause();
    return ask(argument).finally(limit.resume);
  };
}
