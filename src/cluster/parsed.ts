/** What parsing a person's text gives: the value, or what was found and what to type instead. */
export type Parsed<Value> = { readonly ok: true; readonly value: Value } | Refused;

export interface Refused {
  readonly ok: false;
  /** One sentence without a full stop: what was found. Never holds a secret. */
  readonly problem: string;
  /** The next thing to type. */
  readonly hint: string;
}

export function accepted<Value>(value: Value): Parsed<Value> {
  return { ok: true, value };
}

export function refused(problem: string, hint: string): Refused {
  return { ok: false, problem, hint };
}
