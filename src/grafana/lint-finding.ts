import { isSecretKey, withoutUrlPasswords } from './catalogue-secrets.ts';

/** Something that Grafana refuses (`error`), or takes otherwise than it was meant (`warning`). */
export interface LintFinding {
  /** Stable, such as `unknown-key`. */
  readonly id: string;
  readonly weight: 'error' | 'warning';
  /** 1-based, in the config file; absent: an environment variable, an argument or the defaults are at fault. */
  readonly line?: number;
  readonly section: string;
  /** Empty: the section as a whole. */
  readonly key: string;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

/** A value as a finding may show it: never a secret. */
export function shownValue(section: string, key: string, value: string): string {
  if (value === '') return 'nothing';
  return isSecretKey(section, key) ? 'a secret' : shorten(withoutUrlPasswords(value));
}

/** Behind a blank may stand a secret whose = was taken for the one of the setting. */
export function shownKey(key: string): string {
  return key.replace(/\s.*$/s, ' …');
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}

/** `line` when there is one. */
export function place(line: number | undefined): { readonly line?: number } {
  return line === undefined ? {} : { line };
}
