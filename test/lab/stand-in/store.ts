import { systemWords } from './settings.ts';

export type Row = Readonly<Record<string, unknown>>;

/** The database of a running Grafana. Queries are written with `?` and "double quotes" for both engines. */
export interface Store {
  readonly dialect: 'postgres' | 'mysql';
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Runs with the migration lock held, on a session of its own; rejects with `failed to obtain lock`. */
  locked<Result>(work: (query: Store['query']) => Promise<Result>): Promise<Result>;
  /** An error in the words of Grafana's driver. */
  inDriverWords(error: unknown): Error;
  close(): Promise<void>;
}

/** A host and port as Grafana splits them; 5432 or 3306 where none is given. */
export function splitAddress(text: string, defaultPort: number): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(text);
  if (match === null) throw new Error(`invalid host specifier '${text}': address ${text}: too many colons in address`);
  return { host: match[1] ?? match[2] ?? '', port: Number(match[3] ?? defaultPort) };
}

/** Go's words for a connection that did not come about; undefined: it is not about that. */
export function dialError(error: unknown, host: string, port: number): Error | undefined {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new Error(`dial tcp: lookup ${host}: no such host`);
  if (/^E[A-Z]+$/.test(code)) return new Error(`dial tcp ${host}:${port}: connect: ${systemWords(code)}`);
  return tlsError(error, host);
}

function tlsError(error: unknown, host: string): Error | undefined {
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  const failed = (words: string) => new Error(`tls: failed to verify certificate: x509: ${words}`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return failed(`certificate is valid for ${/is not in the cert's list: (.*)$/.exec(message)?.[1] ?? 'other names'}, not ${host}`);
  if (code === 'CERT_HAS_EXPIRED') return failed('certificate has expired or is not yet valid');
  if (/SELF_SIGNED|UNABLE_TO_|CERT_/.test(code)) return failed('certificate signed by unknown authority');
  return undefined;
}
