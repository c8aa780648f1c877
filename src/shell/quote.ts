declare const brand: unique symbol;

/** Text for a POSIX shell that `sh` made: every value in it is quoted. */
export type Script = string & { readonly [brand]: true };

/** What may stand in `${}`; a Script must say so with `raw`, or it would be quoted as a value. */
export type Value = (string & { readonly [brand]?: never }) | number | readonly string[] | Raw;

export interface Raw {
  readonly script: Script;
}

/** One word of a POSIX shell that stands for exactly this text. */
export function quote(text: string): string {
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A fragment made by `sh`, put into another one as it is. */
export function raw(script: Script): Raw {
  return { script };
}

/** A shell script whose interpolated values are quoted words; an array becomes several words. Backslashes are the shell's own, only `\${` and an escaped backtick lose theirs. */
export function sh(strings: TemplateStringsArray, ...values: readonly Value[]): Script {
  const texts = strings.raw.map((text) => text.replace(/\\(\$\{|`)/g, '$1'));
  return texts.map((text, index) => text + (index < values.length ? word(values[index] as Value) : '')).join('') as Script;
}

function word(value: Value): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return String(value);
  return isRaw(value) ? value.script : value.map(quote).join(' ');
}

function isRaw(value: readonly string[] | Raw): value is Raw {
  return 'script' in value;
}
