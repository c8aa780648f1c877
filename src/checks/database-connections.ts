import type { Cluster } from '../cluster/cluster.ts';
import type { Facts } from '../facts.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { poolsOf, safeMaxOpenConn } from '../settings/connection-budget.ts';
import { budgetFrom, maxOpenConnOf, openConnOf } from '../settings/max-open-conn.ts';
import { type Check, check, failed, passed, skipped, warned } from './check.ts';
import { everyPath, wholeCluster } from './subjects.ts';

/** Grafana's own (defaults.ini), in seconds. */
const defaultLifetime = 14_400;

/** How many sessions the nodes open, and how long they keep them. */
export const databaseConnectionChecks: readonly Check[] = [
  check({
    id: 'database.connections', group: 'database', about: wholeCluster,
    title: 'The database has room for the connections of all nodes',
    why: 'Each pool of each node opens as many connections as it likes unless max_open_conn says otherwise; when the server is full, users are logged out and alerts are false.',
    fix: 'Write max_open_conn under [database] of the cluster file, or leave it out: a value that fits is computed for new nodes. Or raise max_connections of the server.',
    judge: (_, { cluster, facts }) => {
      const budget = budgetFrom(facts);
      if (budget === undefined) return undefined;
      const wanted = wantedOf(cluster, facts);
      const pools = Math.max(...wanted.map((one) => one.pools));
      const safe = safeMaxOpenConn(budget, cluster.nodes.length, pools);
      if (safe === undefined) return failed({
        code: 'too-few',
        found: `${budget.words} connections for ${cluster.nodes.length} nodes × ${pools} pools`,
        expected: `${cluster.nodes.length * pools * 5} or more: 5 for each pool`,
        hint: 'raise max_connections of the database server, or the limit of the user',
      });
      const hint = `max_open_conn = ${safe} under [database] of the cluster file`;
      const unlimited = wanted.filter(({ limit }) => limit === 0).map(({ name }) => name);
      if (unlimited.length > 0) return warned({
        code: 'unlimited',
        found: `no max_open_conn on ${unlimited.join(', ')}: each pool opens as many connections as it likes, and the server has ${budget.words}`,
        expected: `a limit: ${cluster.nodes.length} nodes × ${pools} pools × ${safe} = ${cluster.nodes.length * pools * safe}`,
        hint,
      });
      const sum = wanted.reduce((total, { pools: count, limit }) => total + count * limit, 0);
      const limits = [...new Set(wanted.map(({ limit }) => limit))];
      const words = limits.length === 1 ? `${wanted.length} nodes × ${pools} pools × ${limits[0]} = ${sum}` : `${wanted.map(({ pools: count, limit }) => `${count} × ${limit}`).join(' + ')} = ${sum}`;
      if (limits.includes(1)) return failed({ code: 'one', found: 'max_open_conn = 1: a migration holds one connection for its lock and waits for a second', expected: '5 or more', hint });
      if (sum > budget.available) return failed({ code: 'too-many', found: `${words} connections, and the server has ${budget.words}`, expected: `${safe} a pool at most`, hint });
      return passed(`max_open_conn ${limits.join(', ')}: ${words} of ${budget.available}`);
    },
  }),
  check({
    id: 'database.idle-timeout', group: 'database', about: everyPath,
    title: 'The server keeps idle sessions longer than Grafana does',
    why: 'A session that the server has closed is found out by the next question: "unexpected EOF", "invalid connection", and now and then a logged-out user.',
    fix: "Raise wait_timeout (MySQL, MariaDB) or idle_session_timeout (PostgreSQL) above Grafana's conn_max_lifetime, or set conn_max_lifetime under [database] of each node's grafana.ini below it.",
    judge: ({ node, path: { server } }, { facts }) => {
      if (server === undefined) return skipped('the database gave no session');
      const { idleTimeoutSeconds: timeout, engine } = server;
      if (timeout === undefined) return undefined;
      if (timeout === 0) return passed('never ended');
      const lifetime = lifetimeOn(node.name, facts);
      if (lifetime > 0 && lifetime <= timeout) return passed(`${lifetime} s of ${timeout} s`);
      const [name, set] = engine === 'postgres' ? ['idle_session_timeout', `ALTER SYSTEM SET idle_session_timeout = '${Math.max(lifetime, defaultLifetime) * 2}s'; SELECT pg_reload_conf();`] : ['wait_timeout', `SET GLOBAL wait_timeout = ${Math.max(lifetime, defaultLifetime) * 2};`];
      return warned({
        code: 'too-short',
        found: `the server ends idle sessions after ${timeout} s (${name}), and Grafana keeps them ${lifetime === 0 ? 'for ever' : `${lifetime} s`} (conn_max_lifetime)`,
        expected: `conn_max_lifetime below ${timeout}`,
        hint: `as its admin: ${set}`,
      });
    },
  }),
];

/** What each node's pools may open once it is told what we would tell it. */
function wantedOf(cluster: Cluster, facts: Facts): readonly { readonly name: string; readonly pools: number; readonly limit: number }[] {
  return cluster.nodes.map(({ name }) => {
    const entry = facts.nodes.find((one) => one.name === name)?.node;
    const version = entry?.ok === true ? entry.facts.grafana?.version ?? '' : '';
    const reading = entry?.ok === true ? effectiveOf(entry.facts) : undefined;
    const present = reading?.ok === true ? reading.config : undefined;
    return { name, pools: poolsOf(version), limit: maxOpenConnOf(cluster, facts, version, present) ?? openConnOf(present) };
  });
}

/** Seconds; 0: for ever. */
function lifetimeOn(name: string, { nodes }: Facts): number {
  const entry = nodes.find((one) => one.name === name)?.node;
  const reading = entry?.ok === true ? effectiveOf(entry.facts) : undefined;
  const text = reading?.ok === true ? reading.config.get('database', 'conn_max_lifetime')?.value ?? '' : '';
  return /^\d+$/.test(text) ? Number(text) : defaultLifetime;
}
