/** What a script with `framing` prints that puts these values. */
export function framed(values: Readonly<Record<string, string>>): string {
  return ['mark', ...Object.entries(values).map(([key, value]) => `mark ${key}\n${value}`)].join('\n');
}
