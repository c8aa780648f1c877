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
  // `$NAME` as a word of its own becomes the words of its value (man systemd.service, "Command lines").
  return splitWords(words).flatMap((word) => {
    const alone = /^\$(\w+)$/.exec(word)?.[1];
    if (alone !== undefined) return splitWords(environment.get(alone) ?? '');
    return [word.replace(/\$\{(\w+)\}|\$(\w+)/g, (_, braced?: string, bare?: string) => environment.get(braced ?? bare ?? '') ?? '')];
  });
}

/** One line of a unit file or drop-in that belongs to a directive; lines count from 1. */
export interface DirectiveLine {
  readonly name: string;
  readonly text: string;
  /** Such as `/etc/systemd/system/grafana-server.service.d/db.conf:3`. */
  readonly place: string;
}

/** The lines that count, in the order in which systemd reads the files: an empty `NAME=` takes back all before it. */
export function directiveLines(files: ReadonlyMap<string, string>): readonly DirectiveLine[] {
  let lines: DirectiveLine[] = [];
  for (const [path, text] of files) {
    let open: string | undefined;
    text.split(/\r?\n/).forEach((line, index) => {
      if (/^\s*[#;]/.test(line)) return;
      const started = open === undefined ? /^\s*(\w+)\s*=\s*(.*)$/.exec(line) : null;
      const name = open ?? started?.[1];
      if (started?.[2] === '') lines = lines.filter((other) => other.name !== started[1]);
      else if (name !== undefined) lines.push({ name, text: line, place: `${path}:${index + 1}` });
      open = line.endsWith('\\') ? name : undefined;
    });
  }
  return lines;
}

/** Where the last line of a directive with this text in it stands. */
export function placeOf(lines: readonly DirectiveLine[], name: string, text: string): DirectiveLine | undefined {
  return lines.findLast((line) => line.name === name && line.text.includes(text));
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
