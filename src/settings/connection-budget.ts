import type { ConnectionLimits } from '../facts/database.ts';
import { holdsFor, versionFacts } from '../grafana/versions.ts';

/** How many sessions Grafana may have, and the words for why. */
export interface ConnectionBudget {
  readonly available: number;
  /** Such as `97 (max_connections 100 − 3 kept back)`. */
  readonly words: string;
}

/** A migration holds one session for its lock and works in a second (migrator.go); with fewer than this a busy node waits for itself. */
const leastPerPool = 5;
/** More never helped a Grafana, and a server pays for each. */
const mostPerPool = 100;

/** The smallest of the server's, the role's and the database's limits. */
export function budgetOf({ max, reserved, ofRole, ofDatabase }: ConnectionLimits): ConnectionBudget {
  const limits = [
    { available: max - reserved, why: reserved === 0 ? `max_connections` : `max_connections ${max} − ${reserved} kept back` },
    ...(ofRole === undefined ? [] : [{ available: ofRole, why: 'limit of the user' }]),
    ...(ofDatabase === undefined ? [] : [{ available: ofDatabase, why: 'limit of the database' }]),
  ];
  const { available, why } = limits.reduce((least, limit) => (limit.available < least.available ? limit : least));
  return { available, words: `${available} (${why})` };
}

/** Connection pools of one Grafana; each may open as many connections as max_open_conn says. */
export function poolsOf(version: string): number {
  return version === '' || holdsFor(versionFacts.secondPool, version) ? 2 : 1;
}

/** A max_open_conn that leaves room for one node more, or for one that restarts while its old sessions linger. Undefined: not even the least fits. */
export function safeMaxOpenConn({ available }: ConnectionBudget, nodes: number, pools: number): number | undefined {
  const withRoom = Math.floor(available / ((nodes + 1) * pools));
  if (withRoom >= leastPerPool) return Math.min(withRoom, mostPerPool);
  return available >= nodes * pools * leastPerPool ? leastPerPool : undefined;
}
