import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';

/**
 * Splits a command line into words: `'…'` is literal, in `"…"` a backslash protects `"` and `\`, nothing else is special.
 * What only a shell would understand is refused unless it is quoted.
 */
export function parseWords(text: string): Parsed<readonly string[]> {
  const words: string[] = [];
  let word: string | undefined;
  let rest = text.trim();
  while (rest !== '') {
    const piece = /^(?:(\s+)|'([^']*)'|"((?:[^"\\]|\\[^])*)"|([^\s'"]))/.exec(rest);
    if (piece === null) return refused(`the quote ${rest[0]} is not closed`, 'Close it, or quote it with the other kind');
    const [matched, space, single, double, plain] = piece;
    if (plain !== undefined && /[|&;<>`$]/.test(plain)) return refused(`"${plain}" was found, and no shell runs this`, `Quote it if it is meant as it stands, or put the line into a script`);
    rest = rest.slice(matched.length);
    if (space === undefined) word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? plain ?? '');
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  return words.length === 0 || words[0] === '' ? refused('no command was found', 'Type a program and its arguments') : accepted(words);
}

/** The words as one line that `parseWords` splits into the same words. */
export function formatWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (/^[\w./:=@,+%-]+$/.test(word)) return word;
  return word.includes("'") ? `"${word.replace(/["\\]/g, '\\$&')}"` : `'${word}'`;
}
