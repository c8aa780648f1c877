import type { Secret } from '../cluster/secret.ts';
import type { DatabaseRequest, Dial, TlsOffer, TlsProbeRequest } from './database.ts';

export interface RedisDriver {
  /** Connects and, with a password, logs in once. Rejects with DatabaseFailure; the code of Redis's own errors is their first word, such as WRONGPASS. */
  open(request: RedisRequest): Promise<RedisSession>;
  /** TLS handshake without credentials; rejects with DatabaseFailure when nothing answers. */
  probeTls(request: Omit<TlsProbeRequest, 'type'>): Promise<TlsOffer>;
}

export interface RedisRequest {
  readonly dial: Dial;
  readonly address: { readonly host: string; readonly port: number };
  /** Absent: the default user. */
  readonly username?: string;
  readonly password?: Secret;
  readonly tls: DatabaseRequest['tls'];
  /** Of the login and of every command. */
  readonly timeoutMs?: number;
}

export interface RedisSession {
  /** Rejects with DatabaseFailure. */
  command(name: string, ...words: readonly string[]): Promise<RedisAnswer>;
  close(): Promise<void>;
}

export type RedisAnswer = string | number | null | readonly RedisAnswer[];
