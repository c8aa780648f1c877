/** Whether Go's unicode.IsSpace holds for a UTF-16 unit; differs from JavaScript's `\s` at U+0085 and U+FEFF. */
export function isGoSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return unit === 0x85 || unit === 0xa0 || unit === 0x1680 || (unit >= 0x2000 && unit <= 0x200a)
    || unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f || unit === 0x3000;
}

/** Index of the first unit in `from`…`to` that is not space, or `to`. */
export function skipGoSpace(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isGoSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Index after the last unit in `from`…`to` that is not space, or `from`. */
export function dropGoSpace(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && isGoSpace(text.charCodeAt(at - 1))) at--;
  return at;
}

/** Go's strings.TrimSpace. */
export function goTrim(text: string): string {
  const from = skipGoSpace(text, 0, text.length);
  return text.slice(from, dropGoSpace(text, from, text.length));
}
