import type { Secret } from '../cluster/secret.ts';

/** One setting that a node's Grafana is to read, or is not to find. */
export interface ManagedSetting {
  readonly section: string;
  readonly key: string;
  readonly wanted: Wanted;
  /** It comes from the ini whose settings every node gets. */
  readonly isBase?: true;
}

export type Wanted =
  /** `asWritten`: Grafana replaces a part of it, so it is right when the config says it in these letters. */
  | { readonly kind: 'text'; readonly text: string; readonly asWritten?: true }
  /** `file`: written there and referred to by `$__file{}`; absent: written into the config. */
  | { readonly kind: 'secret'; readonly secret: Secret; readonly file?: string }
  | { readonly kind: 'absent' };

export function text(section: string, key: string, value: string): ManagedSetting {
  return { section, key, wanted: { kind: 'text', text: value } };
}

export function secret(section: string, key: string, value: Secret, file: string | undefined): ManagedSetting {
  return { section, key, wanted: { kind: 'secret', secret: value, ...(file === undefined ? {} : { file }) } };
}

export function absent(section: string, key: string): ManagedSetting {
  return { section, key, wanted: { kind: 'absent' } };
}
