import { counted } from '../cluster/counted.ts';
import type { NodeFacts, SqliteFacts } from '../facts.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { databaseOf } from '../settings/database-of.ts';
import type { Finding } from './ask.ts';

/** What a SQLite file holds, such as `2 users, 14 dashboards`. */
export function describeSqlite({ counts, why }: SqliteFacts): string {
  if (counts === undefined) return `something that could not be counted: ${why ?? 'no reason given'}`;
  const parts = [[counts.users, 'user'], [counts.dashboards, 'dashboard'], [counts.dataSources, 'data source'], [counts.alertRules, 'alert rule']] as const;
  return parts.filter(([count]) => count > 0).map(([count, what]) => counted(count, what)).join(', ') || 'nothing but the default user';
}

/** What moving from SQLite to a shared database means; nothing here is done by us. */
export const movingWords = [
  'Grafana cannot move SQLite to another database by itself: a shared one starts empty.',
  'Take along what you need: dashboards, folders, alert rules and contact points over the HTTP API or as code (Terraform, grafanactl);',
  'data sources too, but type their passwords again. Users log in anew; sessions, API tokens and the history of changes stay behind.',
  'The SQLite file itself is left where it is, so the way back is to put the old config back.',
] as const;

/** One running node is not a cluster yet: what it has, and what comes next. */
export function describeSingle(name: string, facts: NodeFacts): Finding {
  const reading = effectiveOf(facts);
  const onSqlite = reading.ok && databaseOf(reading.config).kind === 'sqlite';
  if (!onSqlite) return { found: `${name} is one node, and a cluster has two or more.`, hint: `Name the others too: grafana-ha init --from ${name} OTHER` };
  const holds = facts.sqlite === undefined ? 'and no file of it is there yet' : `${facts.sqlite.path} holds ${describeSqlite(facts.sqlite)}`;
  return { found: `${name} is one node, on SQLite; ${holds}. ${movingWords.join('\n    ')}`, hint: 'Make an empty PostgreSQL or MySQL database and a second host with Grafana, then name both hosts: grafana-ha init --node FIRST SECOND' };
}
