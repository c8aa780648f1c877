import type { DatabaseFailure } from '../world/database.ts';

/** Words of drivers that come without a code (pg 8, mysql2 3). */
const codeOfWords: Readonly<Record<string, string>> = {
  'timeout expired': 'ETIMEDOUT',
  'Query read timeout': 'ETIMEDOUT',
  'Connection terminated due to connection timeout': 'ETIMEDOUT',
  'Connection terminated unexpectedly': 'ECONNRESET',
  'The server does not support SSL connections': 'ENOTLS',
  'There was an error establishing an SSL connection': 'EPROTO',
  'self-signed certificate': 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'self-signed certificate in certificate chain': 'SELF_SIGNED_CERT_IN_CHAIN',
  'unable to get local issuer certificate': 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'unable to verify the first certificate': 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'certificate has expired': 'CERT_HAS_EXPIRED',
};

/** mysql2's own names where the world has a more usual one. */
const codeOfDriver: Readonly<Record<string, string>> = {
  PROTOCOL_SEQUENCE_TIMEOUT: 'ETIMEDOUT',
  PROTOCOL_CONNECTION_LOST: 'ECONNRESET',
  HANDSHAKE_NO_SSL_SUPPORT: 'ENOTLS',
};

/** What a driver threw, as an error that carries the server's or the network's own code and words. */
export function asDatabaseFailure(error: unknown): DatabaseFailure {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const message = first instanceof Error ? first.message : String(first);
  const given = first instanceof Error && 'code' in first ? String(first.code) : undefined;
  // mysql2 writes this over OpenSSL's code.
  if (given === undefined || given === 'HANDSHAKE_SSL_ERROR') return databaseFailure(codeOf(message), message);
  return databaseFailure(codeOfDriver[given] ?? given, message);
}

function codeOf(words: string): string {
  if (words.startsWith('Hostname/IP does not match')) return 'ERR_TLS_CERT_ALTNAME_INVALID';
  return codeOfWords[words] ?? 'EUNKNOWN';
}

export function databaseFailure(code: string, message: string): DatabaseFailure {
  return Object.assign(new Error(message), { code });
}
