import { sh } from './quote.ts';

/**
 * Shell functions `put KEY` (value from stdin) and `say KEY VALUE`: one line each on stdout that `parseAnswer` reads, whatever the value holds.
 * Words as they are need no process; a busybox before 1.34 has no `-w`.
 */
export const framing = sh`if base64 -w 0 </dev/null >/dev/null 2>&1
then put() { printf '%s ' "$1"; base64 -w 0; echo; }
else put() { printf '%s ' "$1"; base64 | tr -d '\n'; echo; }
fi
say() { case $2 in *[!A-Za-z0-9_.,:/@-]*) printf '%s' "$2" | put "$1";; *) printf '%s =%s\n' "$1" "$2";; esac; }
`;

/** What a script put, by key; a key put twice keeps its last value. */
export interface Answer {
  /** Undefined when nothing was put under that key. */
  text(key: string): string | undefined;
  /** Everything under `PREFIX rest`, by rest, in the order of the script. */
  under(prefix: string): ReadonlyMap<string, string>;
}

/** Reads the lines of `put` and `say`; any other line is passed over. */
export function parseAnswer(stdout: string): Answer {
  const values = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const space = line.lastIndexOf(' ');
    const value = line.slice(space + 1);
    if (space <= 0) continue;
    if (/^=[\w.,:/@-]*$/.test(value)) values.set(line.slice(0, space), value.slice(1));
    else if (/^[A-Za-z0-9+/]*=*$/.test(value)) values.set(line.slice(0, space), Buffer.from(value, 'base64').toString('utf8'));
  }
  return {
    text: (key) => values.get(key),
    under: (prefix) => new Map([...values].filter(([key]) => key.startsWith(`${prefix} `)).map(([key, value]) => [key.slice(prefix.length + 1), value])),
  };
}
