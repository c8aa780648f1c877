import { counted } from '../cluster/counted.ts';
import { countRestarts, isEmpty } from '../plan/plan.ts';
import type { NodePlan, Plan } from '../plan/plan.ts';
import { describeShown } from '../settings/shown.ts';
import type { Paint } from '../world.ts';

/** Seconds a start takes as a rule: a first one sets up the tables, a later one does not (seen on 9.4 and 12.2, local database). */
const startSeconds = { first: 30, later: 15 };

/** Lays out a plan for a person: what changes on which node, how many restarts, who notices. */
export function reportPlan(plan: Plan, paint: Paint): string {
  if (isEmpty(plan)) return [plan.behind === undefined ? 'Nothing to change: every node is as the cluster file says, and running.' : 'Nothing to change on these nodes.', ...describeGroups(plan, paint), ...describeBehind(plan)].join('\n');
  return [...describeGroups(plan, paint), '', ...summary(plan)].join('\n');
}

/** A plan in a few lines: how much changes, in which order, how long it takes, who notices. */
export function reportPlanShort(plan: Plan): string {
  if (isEmpty(plan)) return 'Plan    nothing to change: every node is as it should be, and running.';
  const counts = plan.nodes.map(({ changes }) => changes.length);
  const most = Math.max(...counts);
  const settings = `${counts.every((count) => count === most) ? '' : 'up to '}${counted(most, 'setting')} a node`;
  const stop = plan.kind === 'move' && plan.nodes.some(({ running }) => running) ? 'All stop before the first starts. ' : '';
  return `Plan    ${settings}, ${describeStarts(plan)}\n        ${stop}${notice(plan)}`;
}

function describeGroups({ nodes }: Plan, paint: Paint): readonly string[] {
  return groups(nodes).flatMap((group) => [paint('bold', group.name), ...group.lines]);
}

interface Group {
  readonly name: string;
  readonly lines: readonly string[];
}

/** What is the same everywhere is said once; what differs, under the node's own name. */
function groups(nodes: readonly NodePlan[]): readonly Group[] {
  const each = nodes.map((node) => ({ name: node.name, lines: lines(node) }));
  const shared = nodes.length < 2 ? [] : (each[0]?.lines ?? []).filter((line) => each.every((other) => other.lines.includes(line)));
  const own = each.map(({ name, lines: all }) => ({ name, lines: all.filter((line) => !shared.includes(line)) }));
  return [{ name: 'every node', lines: shared }, ...own].filter((group) => group.lines.length > 0);
}

const leftWords: Readonly<Record<NonNullable<NodePlan['left']>, string>> = {
  stopped: 'new config, not started',
  unread: 'new config, and Grafana still runs on the one before',
  started: 'new config, started, and nobody saw it get healthy',
};

function lines({ changes, overridden, files, action, left }: NodePlan): readonly string[] {
  return [
    ...(left === undefined ? [] : [`  left by the push before: ${leftWords[left]}`]),
    ...changes.map(({ section, key, before, after, theirs }) => `  [${section}] ${key}: ${describeShown(before)} → ${describeShown(after)}${theirs === undefined ? '' : `   theirs: ${describeShown(theirs)} → ${describeShown(before)}`}`),
    ...overridden.map(({ section, key, value, name, place }) => `  [${section}] ${key}: ${describeShown(value)}, as ${name} (${place}) says, whatever the config says`),
    ...files.filter(({ what }) => what !== 'config').map(({ path, owner, mode, hash, theirs }) => `  ${[path, owner, mode, hash === undefined ? 'removed' : undefined, theirs && 'theirs: changed since our last push'].filter((part) => part !== undefined).join('  ')}`),
    ...(action === 'none' ? [] : [action === 'start' ? '  start: it is stopped' : '  restart']),
  ];
}

/** Such as `3 starts, graf-a first, then one at a time, about 60 s.` */
function describeStarts(plan: Plan): string {
  const starts = plan.nodes.filter(({ action }) => action === 'start').length;
  const restarts = countRestarts(plan);
  const both = [restarts > 0 ? counted(restarts, 'restart') : '', starts > 0 ? counted(starts, 'start') : ''].filter(Boolean).join(', ');
  const seconds = firstStart(plan) + startSeconds.later * Math.max(0, restarts + starts - 1);
  return `${both}, ${order(plan)}, ${about(seconds)}.`;
}

function firstStart({ kind }: Plan): number {
  return kind === 'move' ? startSeconds.first : startSeconds.later;
}

function summary(plan: Plan): readonly string[] {
  return [
    `${plan.kind === 'move' ? 'Move' : 'Roll'}  ${describeStarts(plan)}`,
    ...(plan.kind === 'move' && plan.nodes.some(({ running }) => running) ? [`All stop before the first starts, because ${describeMoved(plan.moved)}.`] : []),
    notice(plan),
    ...describeSchema(plan),
    ...describeBehind(plan),
  ];
}

/** What a newer Grafana does to the tables, where it is the first one. */
function describeSchema({ schema }: Plan): readonly string[] {
  return schema === undefined ? [] : [`Grafana ${schema.to} changes the tables that ${schema.from} works with now: the files can be put back, the tables only from a backup of the database.`];
}

function describeBehind({ behind = [] }: Plan): readonly string[] {
  return behind.length === 0 ? [] : [`Incomplete: ${behind.join(', ')} ${behind.length === 1 ? 'stays' : 'stay'} as before, so the nodes will differ.`];
}

/** What all nodes share, in words: `the database and the secret_key change`. */
function describeMoved(moved: Plan['moved']): string {
  const subjects = [...new Set(moved.map((setting) => {
    if (setting.startsWith('[database]')) return 'the database';
    if (setting === '[unified_alerting] ha_label') return 'the gossip label';
    if (setting.startsWith('[unified_alerting] ha_redis_')) return 'the Redis of alerting';
    return setting.startsWith('[secrets_manager') ? 'the secrets_manager_key' : 'the secret_key';
  }))];
  const last = subjects.at(-1) ?? '';
  return subjects.length < 2 ? `${last} changes` : `${subjects.slice(0, -1).join(', ')} and ${last} change`;
}

function order(plan: Plan): string {
  const taken = plan.nodes.filter(({ action }) => action !== 'none');
  return taken.length === 1 ? taken[0]!.name : `${taken[0]?.name ?? plan.founder} first, then one at a time`;
}

function notice(plan: Plan): string {
  if (!plan.nodes.some(({ running }) => running)) return 'No Grafana is running here: nobody notices.';
  if (plan.kind === 'move') return `Users notice: Grafana is away for ${about(firstStart(plan))}.`;
  return 'Users notice nothing as long as the load balancer asks /api/health.';
}

function about(seconds: number): string {
  return seconds < 90 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;
}
