import { Secret } from '../cluster/secret.ts';
import { publicSecretKey } from '../grafana/catalogue-secrets.ts';

/** A value as it may be shown. */
export type Shown =
  | { readonly kind: 'unset' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'secret'; readonly fingerprint: string };

export type Fingerprint = (secret: Secret) => string;

/** What Grafana ships with is known to everybody. */
const shipped = [publicSecretKey, 'admin'];

/** Keys whose value is a secret or may hold one, as `url` may. */
const secretKeys = ['password', 'secret_key', 'admin_password', 'url', 'connection_string'];

/** Shows a value of a managed setting, and of a secret its fingerprint alone. */
export function shownValue(key: string, text: string, fingerprint: Fingerprint): Shown {
  if (text === '') return { kind: 'unset' };
  if (!secretKeys.includes(key)) return { kind: 'text', text };
  return shipped.includes(text) ? { kind: 'text', text: "Grafana's default" } : { kind: 'secret', fingerprint: fingerprint(new Secret(text)) };
}

/** `(unset)`, the text, or `secret 3f9c21`. */
export function describeShown(shown: Shown): string {
  switch (shown.kind) {
    case 'unset': return '(unset)';
    case 'secret': return `secret ${shown.fingerprint}`;
    case 'text': return shown.text;
  }
}
