import { Secret } from '../cluster/secret.ts';
import { UserError } from '../errors.ts';
import { writeFileReference, writeInline } from '../grafana/write-value.ts';
import type { ManagedSetting } from './managed-setting.ts';

export interface WrittenSetting {
  /** The text after `KEY = `; undefined: the setting is not to be there. Grafana cannot be told an empty value over a default. */
  readonly value: string | undefined;
  /** What the text refers to. */
  readonly file?: { readonly path: string; readonly content: Secret };
}

/** Writes a setting so that Grafana reads it back as wanted. Throws UserError when no form can carry it. */
export function writeSetting({ section, key, wanted }: ManagedSetting): WrittenSetting {
  if (wanted.kind === 'absent' || (wanted.kind === 'text' && wanted.text === '')) return { value: undefined };
  if (wanted.kind === 'text' && wanted.asWritten === true) return { value: /[#;`"\s]/.test(wanted.text) ? `"""${wanted.text}"""` : wanted.text };
  const text = wanted.kind === 'text' ? wanted.text : wanted.secret.reveal();
  const file = wanted.kind === 'secret' ? wanted.file : undefined;
  const written = file === undefined ? { ...writeInline(text), content: '' } : writeFileReference(file, text);
  if (!written.ok) throw new UserError(`[${section}] ${key} cannot be written. ${written.problem}`, { hint: written.hint });
  return { value: written.text, ...(file === undefined ? {} : { file: { path: file, content: new Secret(written.content) } }) };
}
