import type { Parsed } from '../cluster/parsed.ts';
import type { Secret } from '../cluster/secret.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { World } from '../world.ts';
import { parsedFlag } from '../cluster/parsed-flag.ts';

/** One question as data: what is asked, why, and the flag that answers it, too. */
export interface Question {
  readonly title: string;
  readonly why: string;
  /** Such as `--root-url URL`. */
  readonly flag: string;
}

export interface TextQuestion<Value> extends Question {
  readonly parse: (text: string) => Parsed<Value>;
  /** The value as a person would type it, without secrets. */
  readonly format: (value: Value) => string;
}

/** What is known before a text is asked. */
export interface Offer {
  /** The flag's text. */
  readonly given?: string | undefined;
  /** The answer from before, put into the line. */
  readonly former?: string | undefined;
  /** What the cluster file or the nodes say: it stands where nobody is asked. */
  readonly kept?: string | undefined;
  /** Taken when nothing is typed. */
  readonly fallback?: string | undefined;
}

/** What is known before a choice is asked. */
export interface ChoiceOffer<Value> {
  readonly given?: Value | undefined;
  readonly kept?: Value | undefined;
  readonly fallback: Value;
}

export interface Finding {
  readonly found: string;
  /** The next thing to do. */
  readonly hint: string;
}

/** Asks through flag, default or terminal alike; undefined means Escape. */
export interface Asker {
  text<Value>(question: TextQuestion<Value>, offer: Offer): Promise<Value | undefined>;
  secret(question: Question): Promise<Secret | undefined>;
  confirm(question: Question, offer: ChoiceOffer<boolean>): Promise<boolean | undefined>;
  select<Value extends string>(question: Question, choices: readonly { readonly value: Value; readonly name: string }[], offer: ChoiceOffer<Value>): Promise<Value | undefined>;
  /** Something outside says no: shown when it can be answered again, else the end with exit 3. */
  refuse(...findings: readonly Finding[]): void;
  /** A terminal is there, and defaults are not taken. */
  readonly canAsk: boolean;
  /** The step was taken before: neither flags nor defaults answer it any more. */
  readonly again: boolean;
  /** Whether the person was asked anything. */
  hasAsked(): boolean;
}

export interface AskerOptions {
  /** Defaults are taken where there are some. */
  readonly yes: boolean;
  /** Neither flags nor defaults answer a second time. */
  readonly again: boolean;
  /** The nodes have answered: it is shown, and asked only when the person wants to edit it. */
  readonly known?: boolean;
}

/** An asker for one step. */
export function makeAsker({ screen, prompt }: Pick<World, 'screen' | 'prompt'>, { yes, again, known = false }: AskerOptions): Asker {
  const { paint } = screen;
  let asked = false;
  const taken = <Value>(given: Value | undefined, kept: Value | undefined, fallback: Value | undefined): Value | undefined => {
    if (again) return undefined;
    return given ?? (known || yes || !prompt.available ? kept : undefined) ?? (known || yes ? fallback : undefined);
  };
  /** The numbered questions stand apart from what was said about the one before. */
  const lead = ({ title, why }: Question): string => {
    const gap = title.length + 2 + why.length < screen.columns ? '  ' : '\n  ';
    return `${/^\d/.test(title) ? '\n' : ''}${paint('bold', title)}${why === '' ? '' : `${gap}${paint('dim', why)}`}\n>`;
  };
  const line = (message: string, answer: string): void => screen.note(`${message} ${paint('cyan', answer)}`);
  const needsTerminal = (question: Question, hasDefault: boolean): void => {
    if (!prompt.available) throw missing(question, hasDefault);
    asked = true;
  };

  return {
    again,
    canAsk: prompt.available && !yes,
    hasAsked: () => asked,

    async text(question, { given, former, kept, fallback }) {
      const message = lead(question);
      const text = taken(given, kept, fallback);
      if (text !== undefined) {
        const value = parsedFlag(question.flag.split(' ')[0]!, question.parse(text));
        line(message, question.format(value));
        return value;
      }
      needsTerminal(question, fallback !== undefined);
      for (let prefill = former ?? kept ?? given; ; ) {
        const typed = await prompt.text({
          message,
          ...(fallback === undefined ? {} : { default: fallback }),
          ...(prefill === undefined ? {} : { prefill }),
          validate: (text) => judged(question.parse(text)),
          shown: (text) => formatted(question, text),
        });
        if (typed === undefined) return undefined;
        const parsed = question.parse(typed);
        if (parsed.ok) return parsed.value;
        screen.note(`  ${paint('red', '✖')} ${judged(parsed)}`);
        prefill = typed;
      }
    },

    async secret(question) {
      needsTerminal(question, false);
      return prompt.secret({ message: lead(question) });
    },

    async confirm(question, { given, kept, fallback }) {
      const answer = taken(given, kept, fallback);
      if (answer !== undefined) {
        line(lead(question), answer ? 'y' : 'n');
        return answer;
      }
      needsTerminal(question, fallback);
      return prompt.confirm({ message: lead(question), default: kept ?? fallback });
    },

    async select(question, choices, { given, kept, fallback }) {
      const answer = taken(given, kept, fallback);
      if (answer !== undefined) {
        line(lead(question), choices.find(({ value }) => value === answer)?.name ?? answer);
        return answer;
      }
      needsTerminal(question, true);
      return prompt.select({ message: lead(question), choices, default: kept ?? fallback });
    },

    refuse(...findings) {
      if (!prompt.available) throw new UserError(findings.map(({ found }) => found).join('\n'), { hint: [...new Set(findings.map(({ hint }) => hint))].join('\n  ') });
      for (const { found, hint } of findings) screen.note(`  ${paint('red', '✖')} ${found}\n    ${hint.replaceAll('\n', '\n    ')}`);
    },
  };
}

function judged(parsed: Parsed<unknown>): true | string {
  return parsed.ok || `${parsed.problem.slice(0, 1).toUpperCase()}${parsed.problem.slice(1)}. ${parsed.hint}`;
}

function formatted<Value>(question: TextQuestion<Value>, text: string): string {
  const parsed = question.parse(text);
  return parsed.ok ? question.format(parsed.value) : '';
}

function missing({ title, flag }: Question, hasDefault: boolean): UserError {
  return new UserError(`There is no terminal to ask "${title.replace(/^\d+ /, '').trim()}", and no ${flag.split(' ')[0]} was given.`, {
    hint: `Add ${flag}${hasDefault ? ', or --yes for the default' : ''}.`,
    exitCode: ExitCode.WrongUsage,
  });
}
