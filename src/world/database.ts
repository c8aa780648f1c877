import type { Duplex } from 'node:stream';
import type { Secret } from '../cluster/secret.ts';

export interface DatabaseDrivers {
  /** Rejects with DatabaseFailure. */
  open(request: DatabaseRequest): Promise<DatabaseSession>;
  /** TLS handshake in the database's own protocol, without credentials. Rejects with DatabaseFailure when nothing answers. */
  probeTls(request: TlsProbeRequest): Promise<TlsOffer>;
}

export type Dial = (address: { readonly host: string; readonly port: number }) => Duplex;

export interface DatabaseRequest {
  readonly type: 'postgres' | 'mysql';
  readonly dial: Dial;
  readonly address: { readonly host: string; readonly port: number };
  readonly user: string;
  readonly password: Secret;
  readonly name: string;
  readonly tls: false | { readonly verify: 'name' | 'chain' | 'none'; readonly ca?: string; readonly serverName: string; /** What this side shows, PEM. */ readonly client?: { readonly cert: string; readonly key: Secret } };
  readonly timeoutMs?: number;
  /** Of PostgreSQL: parameters sent at the start beside user and database. */
  readonly startup?: Readonly<Record<string, string>>;
}

export interface TlsProbeRequest {
  readonly type: 'postgres' | 'mysql';
  readonly dial: Dial;
  readonly address: { readonly host: string; readonly port: number };
  readonly serverName: string;
  /** PEM certificates to trust; the chain is judged against these alone. */
  readonly ca: string;
  readonly timeoutMs?: number;
}

export type TlsOffer =
  | { readonly offered: false }
  | {
      readonly offered: true;
      /** Undefined when the chain leads to `ca`, else OpenSSL's code, such as SELF_SIGNED_CERT_IN_CHAIN. */
      readonly chainError?: string;
      readonly subject: string;
      readonly issuer: string;
      /** The topmost name in the chain that was sent. */
      readonly topIssuer: string;
      /** Subject alternative names, `DNS:…` and `IP Address:…`. Go looks at nothing else. */
      readonly names: readonly string[];
      readonly notAfter: Date;
    };

export interface DatabaseSession {
  /** Of PostgreSQL: the id of the server's process, as it was told at the start; a pooler makes one up. */
  readonly serverProcess?: number;
  query(text: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** What a driver rejects with: the server's or the network's own code and words. */
export interface DatabaseFailure extends Error {
  /** SQLSTATE or MySQL error code name, or ECONNREFUSED, ENOTFOUND, ETIMEDOUT, ESSH, or OpenSSL's code. */
  readonly code: string;
}
