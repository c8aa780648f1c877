import type { Gathered } from '../facts.ts';

/** What answers under root_url, asked from here and without a login. */
export interface UrlFacts {
  /** What the name resolves to; `refusal` where nothing accepts a connection: the network's code. */
  readonly addresses: readonly { readonly address: string; readonly refusal?: string }[];
  /** Absent: root_url is http. */
  readonly certificate?: Gathered<CertificateFacts>;
  /** `/api/health` of each node that answers well by itself. */
  readonly own: readonly Reply[];
  /** `/api/health` through the name, two requests a node. */
  readonly health: readonly Reply[];
  /** `/healthz` through the name: it asks no database. */
  readonly alive: Reply;
  readonly shared: Road;
  /** The same asked one node by itself, with the Host that people send; absent: no node could be asked. */
  readonly straight?: Road & { readonly node: string };
}

/** Requests that tell what stands between a browser and Grafana. */
export interface Road {
  /** root_url, and where it leads, as far as that stays there; ended by the first URL that comes twice. */
  readonly visits: readonly Visit[];
  /** A POST to a path that does not exist, with the Origin and the login cookie of a browser. */
  readonly origin: Reply;
  /** The upgrade to a WebSocket. */
  readonly live: Reply;
  readonly metrics: Reply;
}

export interface Visit {
  readonly url: string;
  readonly reply: Reply;
  /** Where it leads. */
  readonly next?: string;
}

export type Reply =
  /** `body`: its first 2000 characters. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly cookies: readonly string[]; readonly ms: number }
  | { readonly kind: 'none'; readonly code: string; readonly said: string };

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** The topmost name in the chain that was sent. */
  readonly topIssuer: string;
  /** Subject alternative names, `DNS:…` and `IP Address:…`. */
  readonly names: readonly string[];
  /** Whether a name fits the server name, by the rules of browsers and Go: the subject does not count. */
  readonly fitsName: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Undefined when the chain leads to a root of Mozilla's or of this machine, else OpenSSL's code, such as DEPTH_ZERO_SELF_SIGNED_CERT. */
  readonly chainError?: string;
}
