import { readFileSync } from 'node:fs';

/** A configuration as go-ini dumped it, or that it failed. */
export type Expected = { readonly error: string } | { readonly sections: Readonly<Record<string, Readonly<Record<string, { readonly raw: string; readonly value: string }>>>> };

export interface Case<Input> {
  readonly input: Input;
  readonly expect: Expected;
}

/** The recorded cases of one set: values, files or load. */
export function readCases<Input>(set: 'values' | 'files' | 'load'): readonly Case<Input>[] {
  const text = readFileSync(new URL(`${set}.jsonl`, import.meta.url), 'utf8');
  return text.trimEnd().split('\n').map((line) => JSON.parse(line) as Case<Input>);
}

type Sections = ReadonlyMap<string, ReadonlyMap<string, { readonly raw: string; readonly value: string }>>;

/** Our sections in the form of the recorded ones. */
export function dump(sections: Sections): Expected {
  return { sections: Object.fromEntries([...sections].map(([name, settings]) =>
    [name, Object.fromEntries([...settings].map(([key, { raw, value }]) => [key, { raw, value }]))])) };
}
