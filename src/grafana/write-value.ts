import { findExpanders } from './expanders.ts';
import { goTrim, isGoSpace } from './go-space.ts';
import { findReference } from './interpolate.ts';
import { nameCharacter, nameCharacters } from './name-characters.ts';

/** What to write, or why it cannot be written: `problem` a sentence about "it", `hint` the way out. */
export type Written = { readonly ok: true; readonly text: string } | Refusal;
export type Refusal = { readonly ok: false; readonly problem: string; readonly hint: string };

/** Makes the text after `KEY = ` that Grafana reads back as `value`: as it is where that is safe, else `"""…"""` on one line. */
export function writeInline(value: string): Written {
  const refusal = refuseEverywhere(value);
  if (refusal !== undefined) return refusal;
  const [expander] = findExpanders(value);
  if (expander !== undefined) {
    const form = expander.provider === '' ? '${…}' : `$${expander.provider}{…}`;
    return { ok: false, problem: `It holds ${form}, which Grafana expands wherever it stands in a config.`, hint: 'Put it into a file and refer to it by $__file{PATH}: what comes from a file is not expanded again.' };
  }
  return { ok: true, text: isPlain(value) ? value : `"""${value}"""` };
}

/** Makes `$__file{path}` and the content of that file, newline at its end. */
export function writeFileReference(path: string, content: string): { readonly ok: true; readonly text: string; readonly content: string } | Refusal {
  const refusal = refusePath(path) ?? refuseContent(content);
  if (refusal !== undefined) return refusal;
  const reference = `$__file{${path}}`;
  return { ok: true, text: isPlain(reference) ? reference : `"""${reference}"""`, content: `${content}\n` };
}

/** No comment marks, no quotes that are stripped or open a value, no space that is trimmed, no backslash that glues lines (go-ini's readValue). */
function isPlain(value: string): boolean {
  return !/[#;]/.test(value) && !/^["'`]/.test(value) && !value.endsWith('\\') && goTrim(value) === value;
}

/** What no form can carry. */
function refuseEverywhere(value: string, subject = 'It'): Refusal | undefined {
  const controls = value.match(/[\0\r\n]/g);
  if (controls !== null) return { ok: false, problem: `${subject} holds ${nameCharacters(controls)}, which a config cannot carry.`, hint: 'Choose one without it.' };
  if (/\p{Surrogate}/u.test(value)) return { ok: false, problem: `${subject} holds half a character (a lone surrogate), which is no UTF-8.`, hint: 'Type it again instead of pasting it.' };
  const reference = findReference(value);
  if (reference !== undefined) return { ok: false, problem: `${subject} holds ${reference.whole}, which Grafana replaces by another setting in every form.`, hint: 'Choose one without %(…)s.' };
  return undefined;
}

function refusePath(path: string): Refusal | undefined {
  if (!path.startsWith('/')) return { ok: false, problem: `The path ${path} is not absolute.`, hint: 'Give the whole path: Grafana looks from its own folder.' };
  if (path.includes('}')) return { ok: false, problem: `The path ${path} holds }, where Grafana ends $__file{}.`, hint: 'Choose a path without }.' };
  return refuseEverywhere(path, 'The path');
}

function refuseContent(content: string): Refusal | undefined {
  const refusal = refuseEverywhere(content);
  if (refusal !== undefined) return refusal;
  const ends = [content.at(0), content.at(-1)].filter((unit) => unit !== undefined && isGoSpace(unit.charCodeAt(0)));
  if (ends[0] !== undefined) return { ok: false, problem: `It begins or ends with ${nameCharacter(ends[0])}, which Grafana trims from a file.`, hint: 'Write it into the config instead (secrets = inline under [cluster]), or choose another value.' };
  const late = findExpanders(content).find(({ provider }) => provider !== '' && provider !== '__env' && provider !== '__file');
  // Enterprise's own expanders run after the one for files.
  if (late !== undefined) return { ok: false, problem: `It holds $${late.provider}{…}, which Grafana Enterprise expands after reading the file.`, hint: 'Choose another value.' };
  return undefined;
}
