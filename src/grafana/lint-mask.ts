import { isSecretKey, withoutUrlPasswords } from './catalogue-secrets.ts';
import { findExpanders } from './expanders.ts';

const hidden = '[secret]';

export interface MaskInput {
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, { readonly raw: string; readonly value: string }>>;
  /** What `${NAME}` brought in. */
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
}

/** Makes the function that hides what a setting must not show: secrets, URL passwords, and secrets that came in by `%(…)s` or `${…}`. */
export function makeMask({ sections, environment = [] }: MaskInput): (section: string, key: string, text: string) => string {
  const settings = [...sections].flatMap(([section, all]) => [...all].map(([key, setting]) => ({ section, key, ...setting })));
  const secrets = [
    ...settings.filter(({ section, key }) => isSecretKey(section, key)).flatMap(({ raw, value }) => [raw, value]),
    ...environment.filter(({ name }) => isSecretKey('', name)).map(({ value }) => value),
  ].filter((secret) => secret !== '' && !isReference(secret));
  const brought = new Set(settings.filter(({ raw, value }) => raw !== value).map(({ section, key }) => `${section}\n${key}`));
  return (section, key, text) => {
    if (text === '' || isReference(text)) return text;
    if (isSecretKey(section, key)) return hidden;
    // Short ones stand in many words; only what was brought in is looked through for them.
    const inside = brought.has(`${section}\n${key}`) ? secrets : secrets.filter(({ length }) => length >= 8);
    return withoutUrlPasswords(inside.toSorted((one, other) => other.length - one.length).reduce((shown, secret) => shown.replaceAll(secret, hidden), text));
  };
}

/** A text that says where a secret is, and not the secret. */
function isReference(text: string): boolean {
  return findExpanders(text).some(({ whole }) => whole === text);
}
