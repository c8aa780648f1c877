/** A variable as a file sets it; lines count from 1. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** `systemctl show` output as values by property; a property shown twice has several. */
export function parseProperties(text: string): ReadonlyMap<string, readonly string[]> {
  const properties = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) properties.set(line.slice(0, at), [...(properties.get(line.slice(0, at)) ?? []), line.slice(at + 1)]);
  }
  return properties;
}

/** An environment file as systemd reads it: quotes, continued lines, `#` and `;` comments (man systemd.exec, EnvironmentFile=). */
export function parseEnvironmentFile(text: string): readonly Assignment[] {
  const lines = text.split(/\r?\n/);
  const assignments: Assignment[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let whole = lines[at] ?? '';
    while (/(^|[^\\])(\\\\)*\\$/.test(whole) && at + 1 < lines.length) whole = whole.slice(0, -1) + (lines[++at] ?? '');
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(whole);
    if (match !== null) assignments.push({ name: match[1]!, value: unquote(match[2]!), line });
  }
  return assignments;
}

/** The `Environment` property, `A=b "C=d e"`, as systemctl shows it. */
export function parseEnvironmentProperty(text: string): readonly Omit<Assignment, 'line'>[] {
  return splitWords(text).flatMap((word) => {
    const at = word.indexOf('=');
    return at > 0 ? [{ name: word.slice(0, at), value: word.slice(at + 1) }] : [];
  });
}

/** The words of the `ExecStart` property, with `${NAME}` and `$NAME` filled in from the environment. */
export function parseExecStart(text: string, environment: ReadonlyMap<string, string>): readonly string[] {
  const words = /argv\[\]=(.*?) ; (?:ignore_errors|flags)=/.exec(text)?.[1];
  if (words === undefined) return [];
  return splitWords(words).map((word) => word.replace(/\$\{(\w+)\}|\$(\w+)/g, (_, braced?: string, bare?: string) => environment.get(braced ?? bare ?? '') ?? ''));
}

/** The value of `--NAME=value`, `-NAME value` and the like; the last one counts. */
export function findOption(words: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  words.forEach((word, index) => {
    const bare = word.replace(/^--?/, '');
    if (bare === word) return;
    if (bare === name) found = words[index + 1];
    if (bare.startsWith(`${name}=`)) found = bare.slice(name.length + 1);
  });
  return found;
}

function splitWords(text: string): readonly string[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'])+/g)].map(([word]) => unquote(word));
}

function unquote(text: string): string {
  return text.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, double?: string, single?: string) => double?.replace(/\\(.)/g, '$1') ?? single ?? '');
}
