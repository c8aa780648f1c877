const names: Readonly<Record<string, string>> = {
  ' ': 'a space', '\t': 'a tab', '\n': 'a newline', '\r': 'a carriage return', '\0': 'a NUL byte', '\\': 'a backslash',
  '\u00a0': 'U+00A0 (no-break space)', '\u00ad': 'U+00AD (soft hyphen)', '\u200b': 'U+200B (zero-width space)',
  '\u3000': 'U+3000 (ideographic space)', '\ufeff': 'U+FEFF (byte order mark)',
};

/** A character in words that can be told apart on a screen. */
export function nameCharacter(character: string): string {
  const known = names[character];
  if (known !== undefined) return known;
  if (/^[\x21-\x7e]$/.test(character)) return character;
  const codes = Array.from(character, (one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`).join(' ');
  return /^[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `${codes} (${character})` : codes;
}

/** Each character once, in words: `a space and U+00A0 (no-break space)`. */
export function nameCharacters(characters: Iterable<string>): string {
  const all = [...new Set(characters)].map(nameCharacter);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
