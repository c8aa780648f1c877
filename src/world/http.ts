import type { Duplex } from 'node:stream';
import type { CertificateFacts } from '../facts/url.ts';
import type { Dial } from './database.ts';

export interface Http {
  /** One request over a dialled stream, redirects not followed. Rejects when nothing answers in time. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** A TCP connection from here. */
  dial: Dial;
  /** A TLS handshake, and what the certificate is like; nothing is verified and nothing else is sent. Rejects when nobody answers in time, or not in TLS. */
  certificate(request: CertificateRequest): Promise<CertificateFacts>;
}

export interface CertificateRequest {
  readonly dial: () => Duplex;
  /** A name or an IP address. */
  readonly serverName: string;
  readonly timeoutMs: number;
}

export interface HttpRequest {
  readonly dial: () => Duplex;
  readonly method?: 'GET' | 'POST';
  readonly host: string;
  readonly path: string;
  /** TLS without verification: the node talks to itself. */
  readonly tls?: boolean;
  /** Name for TLS to ask for (SNI), where there is one. */
  readonly serverName?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

/** Status 101 where a connection was upgraded; it is closed at once. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}
