import { countRestarts, isEmpty } from '../plan/plan.ts';
import type { Change, NodePlan, Plan, Shown } from '../plan/plan.ts';
import type { Paint } from '../world.ts';

/** Seconds a start takes as a rule: a first one sets up the tables, a later one does not (seen on 9.4 and 12.2, local database). */
const startSeconds = { first: 30, later: 15 };

/** Lays out a plan for a person: what changes on which node, how many restarts, who notices. */
export function reportPlan(plan: Plan, paint: Paint): string {
  if (isEmpty(plan)) return 'Nothing to change: every node is as the cluster file says, and running.';
  return [
    ...groups(plan.nodes).flatMap(({ names, node }) => [paint('bold', names.join(', ')), ...lines(node)]),
    '',
    ...summary(plan),
  ].join('\n');
}

interface Group {
  readonly names: readonly string[];
  readonly node: NodePlan;
}

/** What is the same everywhere is said once; what differs, under the node's own name. */
function groups(nodes: readonly NodePlan[]): readonly Group[] {
  const keyOf = (change: Change) => JSON.stringify(change);
  const shared = (nodes[0]?.changes ?? []).filter((change) => nodes.every(({ changes }) => changes.some((other) => keyOf(other) === keyOf(change))));
  const own = nodes.map((node) => ({ names: [node.name], node: { ...node, changes: node.changes.filter((change) => !shared.some((other) => keyOf(other) === keyOf(change))) } }));
  const everywhere = nodes.length > 1 && shared.length > 0 ? [{ names: ['every node'], node: { ...nodes[0]!, changes: shared, files: [], action: 'none' as const } }] : [];
  return [...everywhere, ...(everywhere.length > 0 ? own : nodes.map((node) => ({ names: [node.name], node })))];
}

function lines({ changes, files, action, running }: NodePlan): readonly string[] {
  const carried = files.filter(({ what }) => what !== 'config');
  return [
    ...changes.map(({ section, key, before, after }) => `  [${section}] ${key}: ${show(before)} → ${show(after)}`),
    ...carried.map(({ path, owner, mode }) => `  ${path}${owner === undefined ? '' : `  ${owner} ${mode}`}`),
    ...(action === 'none' ? [] : [`  ${action}${action === 'start' && !running ? ' (it is stopped)' : ''}`]),
  ];
}

function show(shown: Shown): string {
  switch (shown.kind) {
    case 'unset': return '(unset)';
    case 'secret': return `secret ${shown.fingerprint}`;
    case 'text': return shown.text;
  }
}

function summary(plan: Plan): readonly string[] {
  const starts = plan.nodes.filter(({ action }) => action === 'start').length;
  const restarts = countRestarts(plan);
  const counted = [restarts > 0 ? `${restarts} restart${restarts === 1 ? '' : 's'}` : '', starts > 0 ? `${starts} start${starts === 1 ? '' : 's'}` : ''].filter(Boolean).join(', ');
  const first = plan.kind === 'move' ? startSeconds.first : startSeconds.later;
  const seconds = first + startSeconds.later * Math.max(0, restarts + starts - 1);
  return [
    `${plan.kind === 'move' ? 'Move' : 'Roll'}  ${counted}, ${order(plan)}, ${about(seconds)}.`,
    ...(plan.kind === 'move' ? [`All stop before the first starts, because of ${plan.moved.join(', ')}.`] : []),
    notice(plan, first),
  ];
}

function order(plan: Plan): string {
  const taken = plan.nodes.filter(({ action }) => action !== 'none');
  return taken.length === 1 ? taken[0]!.name : `${taken[0]?.name ?? plan.founder} first, then one at a time`;
}

function notice(plan: Plan, downSeconds: number): string {
  if (!plan.nodes.some(({ running }) => running)) return 'No Grafana is running here: nobody notices.';
  if (plan.kind === 'move') return `Users notice: Grafana is away for ${about(downSeconds)}.`;
  return 'Users notice nothing as long as the load balancer asks /api/health.';
}

function about(seconds: number): string {
  return seconds < 90 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;
}
