import { formatAddress } from '../cluster/address.ts';
import type { Dsn } from '../cluster/dsn.ts';

/** The URL as `parseDsn` reads it back, without its password. */
export function formatDsn({ type, address, user, name, sslMode }: Partial<Omit<Dsn, 'password'>>): string {
  if (type === undefined || address === undefined) return '';
  const login = user === undefined ? '' : `${encodeURIComponent(user)}@`;
  const path = name === undefined ? '' : `/${name}`;
  return `${type}://${login}${formatAddress(address)}${path}${parameter(type, sslMode)}`;
}

function parameter(type: Dsn['type'], mode: Dsn['sslMode']): string {
  if (mode === undefined) return '';
  if (type === 'postgres') return `?sslmode=${mode}`;
  return `?tls=${mode === 'disable' ? 'false' : mode}`;
}
