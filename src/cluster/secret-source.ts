import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';
import type { SecretSource } from './secret.ts';
import { formatWords, parseWords } from './words.ts';

const hint = 'Type env:NAME, file:PATH, command:WORDS, nodes or ask: a place, never the secret itself';

/** Parses where a secret comes from. Text of no known form is not repeated: it may be the secret itself. */
export function parseSecretSource(text: string): Parsed<SecretSource> {
  const typed = text.trim();
  if (typed === 'nodes' || typed === 'ask') return accepted({ kind: typed });
  const parts = /^(env|file|command):([^]*)$/.exec(typed);
  if (parts === null) return refused(typed === '' ? 'the source of the secret is empty' : 'this is not a source of a secret', hint);
  const value = parts[2]!.trim();
  if (parts[1] === 'env') {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(value)) return accepted({ kind: 'env', name: value });
    return refused('what follows env: is not the name of a variable', 'Type env:NAME, such as env:GRAFANA_DB_PASSWORD');
  }
  if (parts[1] === 'file') {
    if (value !== '' && !/\p{Cc}/u.test(value)) return accepted({ kind: 'file', path: value });
    return refused('no path follows file:', 'Type file:PATH, such as file:secrets/database_password');
  }
  const words = parseWords(value);
  return words.ok ? accepted({ kind: 'command', words: words.value }) : words;
}

/** The source as `parseSecretSource` reads it back. */
export function formatSecretSource(source: SecretSource): string {
  switch (source.kind) {
    case 'env': return `env:${source.name}`;
    case 'file': return `file:${source.path}`;
    case 'command': return `command:${formatWords(source.words)}`;
    case 'nodes':
    case 'ask': return source.kind;
  }
}
