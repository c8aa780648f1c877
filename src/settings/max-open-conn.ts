import type { Cluster } from '../cluster/cluster.ts';
import type { Facts } from '../facts.ts';
import type { ConnectionLimits } from '../facts/database.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';
import { budgetOf, type ConnectionBudget, poolsOf, safeMaxOpenConn } from './connection-budget.ts';
import { isOnDatabase } from './on-database.ts';

/** What the server allows, as the most tightly limited node found it; undefined: nobody logged in. */
export function budgetFrom({ nodes }: Facts): ConnectionBudget | undefined {
  const limits = nodes.flatMap(({ database }): readonly ConnectionLimits[] => (database.ok && database.facts.server?.connections !== undefined ? [database.facts.server.connections] : []));
  const budgets = limits.map(budgetOf);
  return budgets.length === 0 ? undefined : budgets.reduce((least, budget) => (budget.available < least.available ? budget : least));
}

/** The max_open_conn that a node's Grafana is to be told: what the cluster file says, else what it has and what fits, else a computed one. Undefined: it is left alone. */
export function maxOpenConnOf(cluster: Cluster, facts: Facts, version: string, present: EffectiveConfig | undefined): number | undefined {
  const { database, nodes } = cluster;
  if (database.maxOpenConn !== undefined) return database.maxOpenConn;
  const budget = budgetFrom(facts);
  if (budget === undefined) return undefined;
  const pools = poolsOf(version);
  const found = openConnOf(present);
  if (found > 1 && found * pools * nodes.length <= budget.available) return found;
  // A node that works without a limit is not restarted for one; a check tells what to write.
  if (found === 0 && present !== undefined && isOnDatabase(present, database)) return undefined;
  return safeMaxOpenConn(budget, nodes.length, pools);
}

/** 0: no limit. */
export function openConnOf(config: EffectiveConfig | undefined): number {
  const value = Number(config?.get('database', 'max_open_conn')?.value ?? '');
  return Number.isInteger(value) && value > 0 ? value : 0;
}
