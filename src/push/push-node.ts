import { UserError } from '../errors.ts';
import type { NodeOutcome } from '../plan/node-outcome.ts';
import type { NodePlan, Plan } from '../plan/plan.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { gossipAddresses } from '../settings/gossip-addresses.ts';
import { healthTarget } from '../settings/health-target.ts';
import type { HealthTarget } from '../settings/health-target.ts';
import type { PushPlace, StagedFile } from '../shell/push-files.ts';
import type { NodeConnection } from '../world.ts';
import type { HookNode } from './hooks.ts';

/** One node as the pushing code sees it. */
export interface PushNode {
  readonly name: string;
  readonly connection: NodeConnection;
  readonly layout: NodeOutcome['node']['grafana'];
  readonly plan: NodePlan;
  readonly place: PushPlace;
  readonly files: readonly StagedFile[];
  readonly health: HealthTarget;
  /** As its config was before the push; absent: that cannot be told. */
  readonly healthBefore?: HealthTarget;
  /** Log of a Grafana that is no systemd unit. */
  readonly logFile: string;
  /** What a hook is told. */
  readonly hook: HookNode;
}

export interface PushNodesInput {
  readonly plan: Plan;
  readonly outcomes: readonly NodeOutcome[];
  readonly connections: readonly NodeConnection[];
  readonly id: string;
  readonly sha256: (content: string) => string;
  readonly keyedHash: (node: string, sha256: string) => string;
}

/** Brings plan, contents and connections together, in the order of the plan. Throws UserError when the contents are not those of the plan. */
export function pushNodes({ plan, outcomes, connections, id, sha256, keyedHash }: PushNodesInput): readonly PushNode[] {
  return plan.nodes.map((nodePlan) => {
    const outcome = outcomes.find(({ node }) => node.name === nodePlan.name);
    const connection = connections.find(({ name }) => name === nodePlan.name);
    if (outcome === undefined || connection === undefined) throw new UserError(`${nodePlan.name} is in the plan and not connected.`, { hint: 'Push again.' });
    const contents = outcome.files.map(({ content }) => content?.reveal());
    const hashes = contents.map((content) => (content === undefined ? undefined : keyedHash(nodePlan.name, sha256(content))));
    if (hashes.join() !== nodePlan.files.map(({ hash }) => hash).join()) throw new UserError(`${nodePlan.name} is no longer as the plan found it.`, { hint: 'Push again: the plan is made anew.' });
    return {
      name: nodePlan.name, connection, layout: outcome.node.grafana, plan: nodePlan,
      place: { id, statePath: outcome.node.grafana.statePath },
      files: outcome.files.map(({ what, path, access, expectedSha256 }, index) => ({
        // A founder that fails late has encrypted rows with a new secret_key: the key must not be lost with the way back.
        path, content: textOf(path, contents[index] ?? ''), sha256: sha256(contents[index] ?? ''),
        ...(expectedSha256 === undefined ? {} : { expectedSha256 }),
        place: contents[index] === undefined ? { kind: 'gone' } : access === undefined ? { kind: 'config' } : { kind: 'file', ...access, stays: what === 'secret' },
      })),
      ...whereItShows(outcome),
      hook: hookNode(outcome),
    };
  });
}

/** Throws UserError when no shell could carry it. */
function textOf(path: string, content: string): string {
  if (content.includes('\0')) throw new UserError(`${path} would hold a NUL byte, and is no text.`, { hint: 'Look for it in what the file is made of: grep -naP "\\x00" FILE' });
  return content;
}

function hookNode({ node, facts }: NodeOutcome): HookNode {
  const address = gossipAddresses({ nodes: [node], alerting: { port: 0 } }, new Map([[node.name, facts.sourceAddresses]])).get(node.name);
  return { name: node.name, host: node.target.host, address: address?.host ?? '' };
}

/** Where a node shows how it is, once its new config counts and before. */
export function whereItShows({ node, facts, merged }: NodeOutcome): Pick<PushNode, 'health' | 'healthBefore' | 'logFile'> {
  const secretFiles = new Map([...facts.secretFiles, ...merged.secretFiles]);
  const reading = effectiveOf({ ...facts, secretFiles, ...(facts.config === undefined ? {} : { config: { ...facts.config, text: merged.text } }) });
  const health = reading.ok ? healthTarget(reading.config) : undefined;
  if (!reading.ok || health === undefined) {
    throw new UserError(`Grafana on ${node.name} listens on a unix socket, where its health cannot be seen over ssh.`, { hint: 'Set [server] protocol = http on that node.' });
  }
  const present = effectiveOf(facts);
  const healthBefore = present.ok ? healthTarget(present.config) : undefined;
  return { health, ...(healthBefore === undefined ? {} : { healthBefore }), logFile: `${reading.config.get('paths', 'logs')?.value ?? '/var/log/grafana'}/grafana.log` };
}
