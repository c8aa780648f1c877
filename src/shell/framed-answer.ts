import { sh } from './quote.ts';

/**
 * Shell functions `put KEY`, after which everything on stdout up to the next `put` belongs to that key, and `say KEY VALUE`.
 * Neither starts a process. The mark is one that no value can hold.
 */
export const framing = sh`mark=$$
read -r mark < /proc/sys/kernel/random/uuid
echo "$mark"
put() { printf '\n%s %s\n' "$mark" "$1"; }
say() { put "$1"; printf '%s' "$2"; }
`;

/** Of the line that a program such as sha256sum printed. */
export function firstWord(text: string | undefined): string | undefined {
  return text?.trim().split(/\s/, 1)[0];
}

/** What a script put, by key; a key put twice keeps its last value. */
export interface Answer {
  /** Undefined when nothing was put under that key. */
  text(key: string): string | undefined;
  /** Everything under `PREFIX rest`, by rest, in the order of the script. */
  under(prefix: string): ReadonlyMap<string, string>;
}

/** Reads what a script with `framing` printed; what it said before the first `put` is passed over. */
export function parseAnswer(stdout: string): Answer {
  const [, ...parts] = stdout.split(`\n${stdout.slice(0, stdout.indexOf('\n'))} `);
  const values = new Map(parts.map((part) => {
    const end = part.indexOf('\n');
    return [part.slice(0, end), part.slice(end + 1)] as const;
  }));
  return {
    text: (key) => values.get(key),
    under: (prefix) => new Map([...values].filter(([key]) => key.startsWith(`${prefix} `)).map(([key, value]) => [key.slice(prefix.length + 1), value])),
  };
}
