import type { Cluster } from '../cluster/cluster.ts';
import { UserError } from '../errors.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import type { Difference } from '../settings/merge-config.ts';
import { isOnDatabase } from '../settings/on-database.ts';
import { nodeOutcomes } from './node-outcome.ts';
import type { NodeOutcome, OutcomeInput } from './node-outcome.ts';
import { makeNodePlan } from './node-plan.ts';
import type { NodePlanInput } from './node-plan.ts';
import type { NodePlan, Plan } from './plan.ts';

export interface PlanInput extends OutcomeInput, PlanContext {}

export interface PlanContext extends NodePlanInput {
  readonly cluster: Cluster;
  /** Absent: all nodes. */
  readonly chosen?: readonly string[];
}

/** What a push has to change and in which order. Throws UserError when it cannot be pushed as asked. */
export function makePlan(input: PlanInput): Plan {
  return planOutcomes(nodeOutcomes(input), input, (outcome) => isOnCluster(outcome, input.cluster));
}

/** The plan that leads to these outcomes; `isAtTarget`: whether a node is on the database it is to be on already. Throws UserError when a part of a move is asked for. */
export function planOutcomes(outcomes: readonly NodeOutcome[], context: PlanContext, isAtTarget: (outcome: NodeOutcome) => boolean): Plan {
  const identityChanges = (outcome: NodeOutcome): readonly Difference[] =>
    outcome.merged.differing.filter(({ setting: { section, key } }) => identity.includes(`${section}.${key}`) && !(section === 'database' && isAtTarget(outcome)));
  const chosen = outcomes.filter(({ node }) => context.chosen?.includes(node.name) ?? true);
  const plans = chosen.map((outcome) => makeNodePlan(outcome, context));
  const established = outcomes.filter(isRunning).filter((outcome) => isAtTarget(outcome) && identityChanges(outcome).length === 0);
  const moved = chosen.flatMap(identityChanges).map(({ setting: { section, key } }) => `[${section}] ${key}`);
  const kind = plans.every(({ action }) => action === 'none') ? 'nothing' : moved.length > 0 && established.length === 0 ? 'move' : 'roll';
  if (kind === 'move') refusePart(context.cluster, chosen);

  const founder = (established[0] ?? outcomes.filter(isRunning).find(isAtTarget) ?? chosen[0])?.node.name ?? '';
  const behind = leftBehind(outcomes, context);
  return { kind, moved: kind === 'move' ? [...new Set(moved)] : [], founder, ...(behind.length === 0 ? {} : { behind }), nodes: inOrder(plans, founder) };
}

/** Settings that no two running nodes of a cluster may differ in: data would part, or secrets turn into garbage. */
const identity = ['database.url', 'database.connection_string', 'database.type', 'database.host', 'database.name', 'security.secret_key', 'secrets_manager.encryption.secret_key.v1.secret_key', 'unified_alerting.ha_label', 'unified_alerting.ha_redis_address', 'unified_alerting.ha_redis_db', 'unified_alerting.ha_redis_prefix'];

function isRunning({ facts }: NodeOutcome): boolean {
  return facts.service.active;
}

function isOnCluster({ facts }: NodeOutcome, cluster: Cluster): boolean {
  const reading = effectiveOf(facts);
  return reading.ok && isOnDatabase(reading.config, cluster.database);
}

/** Nodes that were not chosen and are not what the cluster file says, or were not reached. */
function leftBehind(outcomes: readonly NodeOutcome[], { cluster, chosen, pending }: PlanContext): readonly string[] {
  if (chosen === undefined) return [];
  return cluster.nodes.map(({ name }) => name).filter((name) => {
    const outcome = outcomes.find(({ node }) => node.name === name);
    return !chosen.includes(name) && (outcome === undefined || outcome.files.length > 0 || pending.has(name));
  });
}

function refusePart(cluster: Cluster, chosen: readonly NodeOutcome[]): void {
  const left = cluster.nodes.filter(({ name }) => !chosen.some(({ node }) => node.name === name));
  if (left.length === 0) return;
  throw new UserError(`This changes the database, the secret_key, the label or the Redis of alerting, which all nodes share, and ${left.map(({ name }) => name).join(', ')} would stay behind.`, {
    hint: 'Push to all nodes: grafana-ha push',
  });
}

/** A stopped node does no harm to the others when it is started; a running founder goes before the other running ones. */
function inOrder(plans: readonly NodePlan[], founder: string): readonly NodePlan[] {
  const founding = plans.filter(({ name }) => name === founder);
  const others = plans.filter(({ name }) => name !== founder);
  const [first] = founding;
  if (first === undefined || !first.running) return [...founding, ...others.filter(({ running }) => !running), ...others.filter(({ running }) => running)];
  return [...others.filter(({ running }) => !running), first, ...others.filter(({ running }) => running)];
}
