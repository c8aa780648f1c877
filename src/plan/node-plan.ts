import type { Secret } from '../cluster/secret.ts';
import { wantedText } from '../settings/foresee.ts';
import type { Difference } from '../settings/merge-config.ts';
import { overrideOf } from '../settings/override.ts';
import { shownValue } from '../settings/shown.ts';
import type { FileOutcome, NodeOutcome } from './node-outcome.ts';
import type { Change, NodePlan, Overridden, PlannedFile } from './plan.ts';
import { isFileTheirs, pushedSetting } from './pushed.ts';
import type { Pushed } from './pushed.ts';

export interface NodePlanInput {
  /** Nodes on which an interrupted push left a new config that its Grafana has not read yet. */
  readonly pending: ReadonlySet<string>;
  /** What earlier pushes left on a node; absent: nothing that is known. */
  readonly pushed: ReadonlyMap<string, Pushed>;
  readonly fingerprint: (secret: Secret) => string;
  /** Hex digest of a text. */
  readonly sha256: (text: string) => string;
  /** The digest of a content, hashed again with the key of a node: what the plan keeps of contents. */
  readonly keyedHash: (node: string, sha256: string) => string;
}

/** What is to change on one node. */
export function makeNodePlan(outcome: NodeOutcome, input: NodePlanInput): NodePlan {
  const { node, facts, merged, files } = outcome;
  const changed = files.length > 0 || input.pending.has(node.name);
  return {
    name: node.name,
    changes: merged.differing.map((difference) => change(difference, outcome, input)),
    overridden: overridden(outcome, input),
    files: files.map((file) => plannedFile(file, node.name, input)),
    running: facts.service.active,
    ...(input.pending.has(node.name) ? { left: leftState(facts) } : {}),
    action: facts.service.active ? (changed ? 'restart' : 'none') : 'start',
    ...(facts.config === undefined ? {} : { found: { path: facts.configPath, hash: input.keyedHash(node.name, facts.config.sha256) } }),
  };
}

function leftState({ service, running, config }: NodeOutcome['facts']): NonNullable<NodePlan['left']> {
  if (!service.active) return 'stopped';
  return (running?.startedAt ?? 0) < (config?.modified ?? 0) ? 'unread' : 'started';
}

function change({ setting: { section, key, wanted }, before }: Difference, { node, facts }: NodeOutcome, { fingerprint, pushed }: NodePlanInput): Change {
  const show = (text: string) => shownValue(key, text, fingerprint);
  const theirs = pushedSetting(pushed.get(node.name), facts, section, key);
  return { section, key, before: show(before?.value ?? ''), after: show(wantedText(wanted)), ...(theirs === undefined ? {} : { theirs: show(theirs) }) };
}

function overridden({ merged, facts }: NodeOutcome, { fingerprint }: NodePlanInput): readonly Overridden[] {
  return merged.outlooks.flatMap((outlook) => {
    const override = overrideOf(outlook, facts);
    const { setting: { section, key, wanted } } = outlook;
    return override === undefined ? [] : [{ section, key, value: shownValue(key, wantedText(wanted), fingerprint), ...override }];
  });
}

function plannedFile({ what, path, content, access, expectedSha256 }: FileOutcome, node: string, { keyedHash, pushed, sha256 }: NodePlanInput): PlannedFile {
  const before = expectedSha256 === undefined ? undefined : keyedHash(node, expectedSha256);
  return {
    what, path, ...access,
    ...(content === undefined ? {} : { hash: keyedHash(node, sha256(content.reveal())) }),
    ...(before === undefined ? {} : { before }),
    // A config is judged setting by setting: what nobody manages there is theirs to change.
    ...(what !== 'config' && before !== undefined && isFileTheirs(pushed.get(node), path, before) ? { theirs: true } : {}),
  };
}
