/** A value as it is written in the cluster file: in double quotes where the `ini` package would read something else. */
export function quoteValue(value: string): string {
  return /^["']|[;#\\\p{Cc}]|^\s|\s$/u.test(value) ? JSON.stringify(value) : value;
}
