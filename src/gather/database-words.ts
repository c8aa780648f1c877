import type { DatabaseFailure } from '../world/database.ts';

/** Code and words of what a driver rejected with. */
export function codeAndWords(error: unknown): { readonly code: DatabaseFailure['code']; readonly said: string } {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return { code: String(error.code), said: error.message };
}

const passwordRefusals = [
  '28P01', 'ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'ER_ACCOUNT_HAS_BEEN_LOCKED',
  'ER_USER_ACCESS_DENIED_FOR_USER_ACCOUNT_BLOCKED_BY_PASSWORD_LOCK', 'ER_MUST_CHANGE_PASSWORD_LOGIN',
];

/** Whether the server refused the credential itself, so that nobody may try it again; a refusal of the client's address says nothing about it. */
export function isRefusal({ code, said }: { readonly code: string; readonly said: string }): boolean {
  if (code === '28000') return !said.includes('pg_hba.conf');
  return passwordRefusals.includes(code);
}

/** Whether the server took the password and then refused something else: an unknown database, or no right to it. */
export function isBeyondPassword(code: string): boolean {
  return ['3D000', '42501', 'ER_BAD_DB_ERROR', 'ER_DBACCESS_DENIED_ERROR'].includes(code);
}
