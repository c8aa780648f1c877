import { Secret } from '../cluster/secret.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { Paint, Prompt } from '../world.ts';
import type { LiveScreen } from './screen.ts';

/** What inquirer is told, beside name and theme. */
type Question = { readonly type: 'input' | 'password' | 'confirm' | 'select'; readonly message: string } & Readonly<Record<string, unknown>>;

/** inquirer's own types ask for literal questions; ours are made from data. */
type Ask<Answer> = (questions: readonly unknown[]) => Promise<{ readonly answer: Answer }>;

/** Questions on the terminal through inquirer, drawn on stderr; an answered question leaves its message and the answer. */
export function makePrompt(screen: LiveScreen): Prompt {
  const available = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const { paint } = screen;

  async function ask<Answer>(question: Question, shown: (answer: Answer) => string): Promise<Answer | undefined> {
    if (!available) {
      throw new UserError(`There is no terminal to ask on: ${question.message}`, { hint: 'grafana-ha --help names the flag for each question.', exitCode: ExitCode.WrongUsage });
    }
    const release = screen.hold();
    try {
      const answer = await askOnTerminal<Answer>(question, paint);
      if (answer !== undefined) screen.note(`${question.message} ${paint('cyan', shown(answer))}`);
      return answer;
    } finally {
      release();
    }
  }

  return {
    available,
    text: ({ message, default: fallback, prefill, validate, shown }) =>
      ask<string>({ type: 'input', message, validate: validate ?? (() => true), ...(prefill ? { default: prefill, prefill: 'editable' } : { default: fallback }) }, shown ?? ((answer) => answer)),
    secret: async ({ message }) => {
      // Without toggleMask: false, inquirer shows the text on Ctrl+T.
      const answer = await ask<string>({ type: 'password', message, mask: '•', toggleMask: false }, () => '••••••••');
      return answer === undefined ? undefined : new Secret(answer);
    },
    confirm: ({ message, default: fallback }) =>
      ask<boolean>({ type: 'confirm', message, default: fallback }, (answer) => `${fallback ? '(Y/n)' : '(y/N)'} ${answer ? 'y' : 'n'}`),
    select: ({ message, choices, default: fallback }) =>
      ask({ type: 'select', message, choices, default: fallback, loop: false }, (answer) => choices.find(({ value }) => value === answer)?.name ?? ''),
  };
}

/** Undefined after Escape; a UserError with exit 130 after Ctrl+C, Ctrl+D or a closed terminal. */
async function askOnTerminal<Answer>({ message, ...question }: Question, paint: Paint): Promise<Answer | undefined> {
  const { createPromptModule } = await import('inquirer');
  const stop = new AbortController();
  const onKey = (_: unknown, key: { readonly name?: string } | undefined): void => {
    if (key?.name === 'escape') stop.abort();
  };
  const closed = inputClosed();
  process.stdin.on('keypress', onKey);
  try {
    const prompt = createPromptModule({ output: process.stderr, signal: stop.signal, clearPromptOnDone: true }) as unknown as Ask<Answer>;
    // inquirer puts a prefix and a space before every message: the message's own first word serves.
    const [, prefix = '', rest = ''] = /^(\s*\S+) (.*)$/s.exec(message) ?? [undefined, '', message];
    const asked = prompt([{ ...question, message: rest, theme: makeTheme(prefix, paint), name: 'answer' }]);
    return (await Promise.race([asked, closed.promise])).answer;
  } catch (error) {
    if (stop.signal.aborted) return undefined;
    stop.abort();
    if (error instanceof Error && error.name === 'ExitPromptError') throw cancelled();
    throw error;
  } finally {
    process.stdin.off('keypress', onKey);
    closed.forget();
  }
}

/**
 * Ctrl+D on an empty line and a closed terminal end readline, which pauses stdin; inquirer then
 * waits until the process ends, and open ssh connections keep it alive.
 */
function inputClosed(): { readonly promise: Promise<never>; forget(): void } {
  let onPause = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    onPause = () => setImmediate(() => process.stdin.isPaused() && reject(cancelled()));
  });
  promise.catch(() => {}); // a question that was answered leaves nobody to hear of it
  process.stdin.on('pause', onPause);
  return { promise, forget: () => process.stdin.off('pause', onPause) };
}

function cancelled(): UserError {
  return new UserError('Cancelled', { exitCode: ExitCode.Cancelled });
}

function makeTheme(prefix: string, paint: Paint): unknown {
  return {
    prefix,
    icon: { cursor: '>' },
    style: {
      message: (text: string) => text,
      answer: (text: string) => paint('cyan', text),
      highlight: (text: string) => paint('cyan', text),
      key: (text: string) => paint('bold', text),
      help: (text: string) => paint('dim', text),
      defaultAnswer: (text: string) => paint('dim', /^y\/n$/i.test(text) ? `(${text})` : `[${text}]`),
      description: (text: string) => paint('dim', text),
      error: (text: string) => `  ${paint('red', '✖')} ${text}`,
    },
  };
}
