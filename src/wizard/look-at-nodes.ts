import type { Target } from '../cluster/cluster.ts';
import { formatTarget } from '../cluster/target.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { NodeFacts } from '../facts.ts';
import { gatherNode, hostsOf } from '../gather/node.ts';
import type { NodeConnection, Paint, World } from '../world.ts';
import type { Asker } from './ask.ts';
import type { OpenConnections } from './connect-nodes.ts';
import { makeNodes } from './make-cluster.ts';
import { nameNodes } from './name-nodes.ts';
import type { Layouts } from './parse-layouts.ts';
import type { TypedNode } from './parse-nodes.ts';

export interface Looked {
  readonly nodes: readonly { readonly name: string; readonly target: Target }[];
  /** By name of the node. */
  readonly facts: ReadonlyMap<string, NodeFacts>;
}

/** Looks at all nodes at once, names them and says what runs there; undefined when one stopped answering, which is then said. */
export async function lookAtNodes(typed: readonly TypedNode[], open: OpenConnections, layouts: Layouts, world: World, ask: Asker): Promise<Looked | undefined> {
  const layoutOf = new Map(typed.map(({ name = '', target }) => [formatTarget(target), layouts.get(name) ?? {}]));
  const nodes = makeNodes({ nodes: typed.map(({ target }) => ({ name: formatTarget(target), target })), gossip: new Map(), layouts: layoutOf });
  const hosts = await hostsOf(nodes, (name) => open.get(name));
  const line = world.screen.progress('  looking at what runs there');
  const looks = await Promise.all(nodes.map((node) => gatherNode(node, { hosts, needsBundle: true }, open.get(node.name)!, world.clock))).finally(() => line.done());

  const facts: NodeFacts[] = [];
  for (const [index, look] of looks.entries()) {
    if (look.ok) facts.push(look.facts);
    else {
      open.delete(nodes[index]!.name);
      ask.refuse({ found: look.missing, hint: 'Is the host still up? Enter tries again.' });
    }
  }
  if (facts.length < nodes.length) return undefined;

  const names = nameNodes(typed.map(({ name }, index) => ({ ...(name === undefined ? {} : { name }), hostName: facts[index]!.hostName })));
  const stranger = [...layouts.keys()].find((name) => !names.includes(name));
  if (stranger !== undefined) throw new UserError(`--grafana: there is no node ${stranger}.`, { hint: `The nodes are ${names.join(', ')}; name them with --node NAME=TARGET.`, exitCode: ExitCode.WrongUsage });
  for (const text of reportLooks(names.map((name, index) => ({ name, facts: facts[index]!, become: open.get(nodes[index]!.name)!.login.become })), world.screen.paint)) world.screen.note(text);
  return {
    nodes: typed.map(({ target }, index) => ({ name: names[index]!, target })),
    facts: new Map(names.map((name, index) => [name, facts[index]!])),
  };
}

interface Look {
  readonly name: string;
  readonly facts: NodeFacts;
  readonly become: NodeConnection['login']['become'];
}

/** One line a node: Grafana, its config, how we are root. */
export function reportLooks(looks: readonly Look[], paint: Paint): readonly string[] {
  const width = Math.max(...looks.map(({ name }) => name.length));
  return looks.map(({ name, facts: { grafana, config, service }, become }) => {
    const lead = name.padEnd(width);
    const root = become === 'none' ? 'root' : `${become} ok`;
    if (grafana === undefined) return `  ${paint('yellow', '!')} ${lead}  no Grafana was found under the unit ${service.unit}  ${root}`;
    const edition = grafana.edition === 'enterprise' ? 'Enterprise' : 'OSS';
    return `  ${paint('green', '✔')} ${lead}  grafana ${grafana.version} ${edition}  ${config?.path ?? 'its config was not found'}  ${root}`;
  });
}
