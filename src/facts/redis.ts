import type { Address } from '../cluster/cluster.ts';
import type { Secret } from '../cluster/secret.ts';
import type { TlsOffer } from '../world/database.ts';

/** Secrets for Redis that the cluster file names a source for. */
export interface RedisCredentials {
  readonly password?: FoundSecret;
  readonly sentinelPassword?: FoundSecret;
  readonly livePassword?: FoundSecret;
}

/** `hint`: the next thing to type. */
export type FoundSecret = { readonly ok: true; readonly facts: Secret } | { readonly ok: false; readonly missing: string; readonly hint: string };

/** Redis as one node reaches it: every server that its Grafana would talk to. */
export interface RedisPath {
  readonly node: string;
  readonly servers: readonly RedisServer[];
}

export interface RedisServer {
  /** `sentinel`: asked who the master is. */
  readonly purpose: 'alerting' | 'live' | 'sentinel';
  readonly address: Address;
  /** Who said that this server is to be talked to; absent: the cluster file. */
  readonly announcedBy?: Address;
  /** Absent: nobody wants TLS there, or nothing answered. */
  readonly tls?: TlsOffer;
  /** Code `not-tried`: `said` is why, and no password was sent. */
  readonly session: { readonly ok: true; readonly roundTripMs: number } | { readonly ok: false; readonly code: string; readonly said: string };
  /** Present after a session with a Redis. */
  readonly state?: RedisState;
  /** Present after a session with a Sentinel; undefined inside: it knows no master of that name. */
  readonly master?: { readonly address?: Address };
}

export interface RedisState {
  /** What it says of itself; absent: this user may not ask. */
  readonly info?: RedisInfo;
  /** The commands that Grafana needs, each tried so that nothing is written. */
  readonly usable: { readonly ok: true } | { readonly ok: false; readonly code: string; readonly command: string; readonly said: string };
  /** Names of the Grafanas that gave a sign of life under the prefix in the last 15 s; absent: not looked for from this node. */
  readonly peers?: readonly string[];
}

export interface RedisInfo {
  readonly version: string;
  readonly role: 'master' | 'replica';
  readonly cluster: boolean;
  readonly sentinel: boolean;
  /** Bytes; 0: no limit. */
  readonly maxMemory: number;
  readonly evictionPolicy: string;
}
