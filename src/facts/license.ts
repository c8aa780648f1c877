import type { Secret } from '../cluster/secret.ts';

/** A token that lies on a node. */
export interface NodeLicense {
  /** A file, or `[enterprise] license_text`. */
  readonly path: string;
  readonly text: Secret;
  /** Whether its Grafana is told to read it. */
  readonly used: boolean;
}

/** Whether a node reaches the place where Grafana renews its token. */
export type Egress =
  | { readonly kind: 'open' }
  /** `said`: the network's own words. */
  | { readonly kind: 'closed'; readonly code: string; readonly said: string }
  /** Its Grafana goes out through an HTTPS_PROXY. */
  | { readonly kind: 'proxy' };
