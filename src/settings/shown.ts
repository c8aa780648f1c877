import { Secret } from '../cluster/secret.ts';
import { isSecretKey, publicSecretKey } from '../grafana/catalogue-secrets.ts';

/** A value as it may be shown. */
export type Shown =
  | { readonly kind: 'unset' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'secret'; readonly fingerprint: string };

export type Fingerprint = (secret: Secret) => string;

/** What Grafana ships with is known to everybody. */
const shipped = [publicSecretKey, 'admin'];

/** Keys whose value is a secret or may hold one, as `url` may. */
const secretKeys = ['url', 'connection_string', 'ha_redis_password', 'ha_redis_sentinel_password', 'ha_engine_password'];

/** Says where the secret is, and not what it is. */
const reference = /^\$__(file|env|vault)\{[^{}]*\}$/;

/** Shows a value of a setting, and of a secret its fingerprint alone. */
export function shownValue(key: string, text: string, fingerprint: Fingerprint): Shown {
  if (text === '') return { kind: 'unset' };
  if (!(secretKeys.includes(key) || isSecretKey('', key)) || reference.test(text)) return { kind: 'text', text };
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
