import type { Secret } from '../cluster/secret.ts';

/** One setting that a node's Grafana is to read, or is not to find. */
export interface ManagedSetting {
  readonly section: string;
  readonly key: string;
  readonly wanted: Wanted;
}

export type Wanted =
  | { readonly kind: 'text'; readonly text: string }
  /** `file`: written there and referred to by `$__file{}`; absent: written into the config. */
  | { readonly kind: 'secret'; readonly secret: Secret; readonly file?: string }
  | { readonly kind: 'absent' };
