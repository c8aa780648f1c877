import { nearest } from '../cluster/nearest.ts';

/** The key that Grafana ships, in [security] and in [secrets_manager.encryption.secret_key.v1]: everybody knows it (conf/defaults.ini). */
export const publicSecretKey = 'SW2YcwTIb9zpOOhoPsMm';

/** What Grafana itself masks by name (RedactedValue, setting.go), and more: connection strings, tokens, API keys. */
const secretWords = /pass(word|wd|phrase)?|pwd|secret|token|private_?key|account_key|access_key|encryption_key|api_key|write_key|dsn$|^connstr$|^connection_string$|^license_text$|^cert_pass$|certificate$/i;
const harmless = /_(hint|policy|path|file|enabled|url|days|day_limit|minutes|expiration|expiration_days|ttl|interval|name|header|wait_ms|method)$|^(token_|enable_|refresh_|use_|manag|disable_|oauth_|bypass)|passwordless|_credentials_enabled$|_to_live$/i;

/** Whether a setting holds a secret, in whatever section and however its letters are cased. */
export function isSecretKey(section: string, key: string): boolean {
  if (section === 'quota') return false;
  if (key === 'url' && section.toLowerCase().trim() === 'database') return true;
  // A slip such as passwrod holds a secret all the same.
  return !harmless.test(key) && (secretWords.test(key) || nearest(key, ['password', 'secret_key', 'client_secret']) !== undefined);
}

/** The text with the password of every URL in it hidden. */
export function withoutUrlPasswords(text: string): string {
  return text.replace(/(\w:\/\/[^:/@\s]*:)[^\s]*@/g, '$1[secret]@');
}
