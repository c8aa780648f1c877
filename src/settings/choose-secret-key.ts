import type { Secret } from '../cluster/secret.ts';
import type { SchemaFacts } from '../facts.ts';
import { publicSecretKey } from '../grafana/catalogue-secrets.ts';

export interface KeyHolder {
  readonly node: string;
  /** What Grafana on that node reads. */
  readonly key: Secret;
  /** Whether that node's config names the cluster's database. */
  readonly onDatabase: boolean;
}

export interface KeyQuestion {
  /** Named by the cluster file; undefined: the nodes keep it. */
  readonly given?: Secret;
  readonly holders: readonly KeyHolder[];
  readonly schema: SchemaFacts;
  /** Taken when a new one is needed. */
  readonly fresh: Secret;
}

export type KeyChoice =
  | { readonly ok: true; readonly key: Secret; readonly origin: 'given' | 'adopted' | 'made' }
  | { readonly ok: false; readonly reason: 'nodes-differ' | 'given-differs' | 'unknown'; readonly holders: readonly KeyHolder[] };

/** Which secret_key the cluster shall have; a key that encrypted rows of the database is never replaced. */
export function chooseSecretKey({ given, holders, schema, fresh }: KeyQuestion): KeyChoice {
  const ruling = schema.kind === 'grafana' ? holders.filter(({ onDatabase }) => onDatabase) : [];
  const kept = ruling.length > 0 ? ruling : holders.filter(({ key }) => key.reveal() !== publicSecretKey);
  const [first] = kept;

  if (given !== undefined) {
    const encrypted = schema.kind === 'grafana' && schema.encryptedRows > 0 ? ruling.filter(({ key }) => !key.equals(given)) : [];
    return encrypted.length > 0 ? { ok: false, reason: 'given-differs', holders: encrypted } : { ok: true, key: given, origin: 'given' };
  }
  if (first !== undefined && kept.some(({ key }) => !key.equals(first.key))) return { ok: false, reason: 'nodes-differ', holders: kept };
  if (first !== undefined) return { ok: true, key: first.key, origin: 'adopted' };
  if (schema.kind === 'grafana' && schema.encryptedRows > 0) return { ok: false, reason: 'unknown', holders };
  return { ok: true, key: fresh, origin: 'made' };
}
