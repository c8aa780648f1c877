import { goTrim } from './go-space.ts';

/** What `${…}` and `$__provider{…}` can ask for. */
export interface ExpanderSources {
  readonly environment: ReadonlyMap<string, string>;
  readonly hostName?: string;
  /** Undefined: no such file, or not readable. */
  readonly readFile: (path: string) => string | undefined;
}

export type Expansion = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

/** Every expander in a text, whole and in parts, whether or not Grafana knows the provider (regex of pkg/setting/expanders.go). */
export function findExpanders(text: string): readonly { readonly whole: string; readonly provider: string; readonly argument: string }[] {
  // Cut behind the last brace: without one ahead the expression would look at every `{` to the end again.
  const closed = text.slice(0, text.lastIndexOf('}') + 1);
  if (!closed.includes('$')) return [];
  return [...closed.matchAll(/\$(|__\w+)\{([^}]+)\}/g)].map(([whole, provider = '', argument = '']) => ({ whole, provider, argument }));
}

/** `$__env{NAME}` and `${NAME}`: an unset variable is empty, HOSTNAME falls back to the host's name. */
export function expandEnvironment(text: string, { environment, hostName = '' }: ExpanderSources): string {
  return findExpanders(text).reduce((expanded, { whole, provider, argument }) => {
    if (provider !== '' && provider !== '__env') return expanded;
    const value = environment.get(argument) ?? '';
    return replaceFirst(expanded, whole, value === '' && argument === 'HOSTNAME' ? hostName : value);
  }, text);
}

/** `$__file{PATH}`: the whole file, trimmed as Go trims; Grafana does not start without it. */
export function expandFiles(text: string, { readFile }: ExpanderSources): Expansion {
  let expanded = text;
  for (const { whole, provider, argument } of findExpanders(text)) {
    if (provider !== '__file') continue;
    const content = readFile(argument);
    if (content === undefined) return { ok: false, problem: `the file ${argument} cannot be read` };
    expanded = replaceFirst(expanded, whole, goTrim(content));
  }
  return { ok: true, text: expanded };
}

/** As Go's strings.Replace with n = 1: no special meaning for `$` in the replacement. */
function replaceFirst(text: string, part: string, replacement: string): string {
  return text.replace(part, () => replacement);
}
