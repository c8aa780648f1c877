/** Every way in which a secret might be written down, made here anew so that the program's own list is not what judges it. */
export function everySpelling(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  // Alone, and behind `user:`, whose length shifts the groups of three bytes.
  const inside = ['', 'grafana:', 'a:', 'ab:'].flatMap((before) => ['base64', 'base64url'].map((form) => {
    const text = Buffer.concat([Buffer.from(before), bytes]).toString(form as BufferEncoding).replace(/=+$/, '');
    return text.slice(Math.ceil((before.length * 8) / 6), -1);
  }));
  return [...new Set([
    secret, json, encodeURIComponent(secret), encodeURI(secret), new URLSearchParams({ secret }).toString().slice('secret='.length),
    secret.replace(/[\\']/g, '\\$&'), secret.replaceAll("'", "''"), secret.replaceAll("'", "'\\''"), secret.replaceAll('%', '%%'), bytes.toString('hex'), ...inside,
  ])];
}

/** The secrets that a text holds, however they are spelled. */
export function secretsIn(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => everySpelling(secret).some((spelling) => text.includes(spelling)));
}
