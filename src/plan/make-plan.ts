import type { Secret } from '../cluster/secret.ts';
import { UserError } from '../errors.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { wantedText } from '../settings/foresee.ts';
import type { Difference } from '../settings/merge-config.ts';
import { isOnDatabase } from '../settings/on-database.ts';
import { overrideOf } from '../settings/override.ts';
import { shownValue } from '../settings/shown.ts';
import { nodeOutcomes } from './node-outcome.ts';
import type { NodeOutcome, OutcomeInput } from './node-outcome.ts';
import type { Change, NodePlan, Overridden, Plan } from './plan.ts';

export interface PlanInput extends OutcomeInput {
  /** Absent: all nodes. */
  readonly chosen?: readonly string[];
  /** Nodes on which an interrupted push left a new config that its Grafana has not read yet. */
  readonly pending: ReadonlySet<string>;
  readonly fingerprint: (secret: Secret) => string;
  /** Hash with a key, for what the plan keeps of contents. */
  readonly keyedHash: (text: string) => string;
}

/** What a push has to change and in which order. Throws UserError when it cannot be pushed as asked. */
export function makePlan(input: PlanInput): Plan {
  const outcomes = nodeOutcomes(input);
  const chosen = outcomes.filter(({ node }) => input.chosen?.includes(node.name) ?? true);
  const plans = chosen.map((outcome) => nodePlan(outcome, input));
  const established = outcomes.filter(isRunning).filter((outcome) => isOnCluster(outcome, input) && identityChanges(outcome, input).length === 0);
  const moved = chosen.flatMap((outcome) => identityChanges(outcome, input)).map(({ setting: { section, key } }) => `[${section}] ${key}`);
  const kind = plans.every(({ action }) => action === 'none') ? 'nothing' : moved.length > 0 && established.length === 0 ? 'move' : 'roll';
  if (kind === 'move') refusePart(input, chosen);

  const founder = (established[0] ?? outcomes.filter(isRunning).find((outcome) => isOnCluster(outcome, input)) ?? chosen[0])?.node.name ?? '';
  return { kind, moved: kind === 'move' ? [...new Set(moved)] : [], founder, nodes: inOrder(plans, founder) };
}

/** Settings that no two running nodes of a cluster may differ in: data would part, or secrets turn into garbage. */
const identity = ['database.url', 'database.connection_string', 'database.type', 'database.host', 'database.name', 'security.secret_key', 'secrets_manager.encryption.secret_key.v1.secret_key', 'unified_alerting.ha_label'];

function identityChanges(outcome: NodeOutcome, input: PlanInput): readonly Difference[] {
  const same = isOnCluster(outcome, input);
  return outcome.merged.differing.filter(({ setting: { section, key } }) => identity.includes(`${section}.${key}`) && !(same && section === 'database'));
}

function isRunning({ facts }: NodeOutcome): boolean {
  return facts.service.active;
}

function isOnCluster({ facts }: NodeOutcome, { cluster }: PlanInput): boolean {
  const reading = effectiveOf(facts);
  return reading.ok && isOnDatabase(reading.config, cluster.database);
}

function refusePart({ cluster }: PlanInput, chosen: readonly NodeOutcome[]): void {
  const left = cluster.nodes.filter(({ name }) => !chosen.some(({ node }) => node.name === name));
  if (left.length === 0) return;
  throw new UserError(`This changes the database, the secret_key or the label, which all nodes share, and ${left.map(({ name }) => name).join(', ')} would stay behind.`, {
    hint: 'Push to all nodes: grafana-ha push',
  });
}

function nodePlan(outcome: NodeOutcome, input: PlanInput): NodePlan {
  const { node, facts, merged, files } = outcome;
  const changed = files.length > 0 || input.pending.has(node.name);
  return {
    name: node.name,
    changes: merged.differing.map((difference) => change(difference, input)),
    overridden: overridden(outcome, input),
    files: files.map(({ what, path, content, access }) => ({ what, path, ...access, hash: input.keyedHash(content.reveal()) })),
    running: facts.service.active,
    action: facts.service.active ? (changed ? 'restart' : 'none') : 'start',
  };
}

function change({ setting: { section, key, wanted }, before }: Difference, { fingerprint }: PlanInput): Change {
  return { section, key, before: shownValue(key, before?.value ?? '', fingerprint), after: shownValue(key, wantedText(wanted), fingerprint) };
}

function overridden({ merged, facts }: NodeOutcome, { fingerprint }: PlanInput): readonly Overridden[] {
  return merged.outlooks.flatMap((outlook) => {
    const override = overrideOf(outlook, facts);
    const { setting: { section, key, wanted } } = outlook;
    return override === undefined ? [] : [{ section, key, value: shownValue(key, wantedText(wanted), fingerprint), ...override }];
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
