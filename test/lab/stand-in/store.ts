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
  return tlsError(error as NodeJS.ErrnoException);
}

// mysql2 keeps OpenSSL's words and drops its code.
function tlsError({ code = '', message = '' }: NodeJS.ErrnoException): Error | undefined {
  const failed = (words: string) => new Error(`tls: failed to verify certificate: x509: ${words}`);
  const [, name, others] = /(?:Host|IP): (.*?)\.? is not (?:in the cert's (?:altnames|list): |cert's CN: )(.*)$/.exec(message) ?? [];
  if (name !== undefined) return failed(`certificate is valid for ${others?.replace(/DNS:|IP Address:/g, '')}, not ${name}`);
  if (code === 'CERT_HAS_EXPIRED' || /certificate has expired/.test(message)) return failed('certificate has expired or is not yet valid');
  if (/SELF_SIGNED|UNABLE_TO_/.test(code) || /self.signed certificate|unable to (get|verify)/.test(message)) return failed('certificate signed by unknown authority');
  return undefined;
}
