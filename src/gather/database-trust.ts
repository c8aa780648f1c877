import type { NodeFacts } from '../facts.ts';

/** The PEM that a node's Grafana trusts where the cluster file names no CA: the file its config names, else the system's bundle. */
export function databaseTrust({ databaseCa, caBundle }: Pick<NodeFacts, 'databaseCa' | 'caBundle'>): string {
  return databaseCa?.pem ?? caBundle?.pem ?? '';
}
