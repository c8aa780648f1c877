import { editText } from '../ini/edit.ts';
import { npmIniDialect } from '../ini/npm-ini-dialect.ts';
import { quoteValue } from './cluster-file-quote.ts';

/** A value in the cluster file; undefined removes the key. */
export interface ClusterFileChange {
  readonly section: string;
  readonly key: string;
  readonly value: string | undefined;
}

/** The cluster file's text with new values; comments, order and every other byte stay. */
export function editClusterFile(text: string, changes: readonly ClusterFileChange[]): string {
  return editText(text, changes.map(({ section, key, value }) => ({ section, key, written: value === undefined ? undefined : quoteValue(value) })), npmIniDialect);
}
