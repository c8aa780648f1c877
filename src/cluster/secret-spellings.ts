/** The ways in which programs write a secret down. */
export interface Spellings {
  /** To be found as they stand. */
  readonly plain: readonly string[];
  /** To be found inside a run of base64 letters; they are what stays the same wherever the secret begins in the encoded text. */
  readonly base64: readonly string[];
}

/** All spellings of a secret: connection strings and quoting first, then each of them once more as JSON and Go's `%q` write strings in a log. */
export function spellings(secret: string): Spellings {
  const written = [secret, secret.trim(), ...percentEncoded(secret), ...quoted(secret)];
  const logged = written.flatMap((text) => [text, ...escaped(text)]);
  return { plain: distinct(logged), base64: distinct(base64(secret)) };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].filter((text) => text !== '');
}

/** RFC 3986 strictly, Go's userinfo and query forms, JavaScript's; hex digits in both cases. */
function percentEncoded(secret: string): readonly string[] {
  const strict = [...Buffer.from(secret)].map((byte) => (/[\w.~-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0').toUpperCase()}`)).join('');
  const leaving = (kept: string): string => strict.replace(/%[0-7][0-9A-F]/g, (code) => (kept.includes(decodeURIComponent(code)) ? decodeURIComponent(code) : code));
  const forms = [strict, leaving("!'()*"), leaving('$&+,;='), leaving("!$&'()*+,;="), leaving("!$&'()*+,;=:@/?"), strict.replaceAll('%20', '+')];
  return forms.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/** As PostgreSQL's DSN, a shell, SQL and the `ini` package quote it. go-ini's `"""` holds it raw. */
function quoted(secret: string): readonly string[] {
  return [
    secret.replace(/[\\']/g, '\\$&'),
    secret.replaceAll("'", "'\\''"),
    secret.replaceAll("'", `'"'"'`),
    secret.replaceAll("'", "''"),
    secret.replace(/[\\']/g, '$&$&'),
    secret.replace(/["\\$`]/g, '\\$&'),
    secret.replace(/[;#]/g, '\\$&'),
  ];
}

function escaped(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const html = json.replace(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [json, html, json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`), goQuoted(text)];
}

/** Go's strconv.Quote without its quotes. */
function goQuoted(text: string): string {
  const short: Readonly<Record<string, string>> = { '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' };
  return text.replace(/[\\"]/g, '\\$&').replace(/[\p{C}\p{Z}]/gu, (letter) => {
    const code = letter.codePointAt(0)!;
    if (letter === ' ') return letter;
    if (short[letter] !== undefined) return short[letter];
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Base64 of the secret behind 0, 1 or 2 other bytes, without the letters that those and what follows have a share in. */
function base64(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const own = whole.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
