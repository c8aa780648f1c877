import type { Database } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import type { Gathered, NodeFacts } from '../facts.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { isOnDatabase } from '../settings/on-database.ts';

/** The secret_key of a node whose config names this database; undefined: it is on another, or its config is not known. */
export function keyInUse(node: Gathered<NodeFacts>, database: Database): Secret | undefined {
  const reading = node.ok ? effectiveOf(node.facts) : undefined;
  if (reading?.ok !== true || !isOnDatabase(reading.config, database)) return undefined;
  const key = reading.config.get('security', 'secret_key')?.value ?? '';
  return key === '' ? undefined : new Secret(key);
}
