import type { World } from '../world.ts';
import type { Offer, TextQuestion } from './ask.ts';
import { connectNodes } from './connect-nodes.ts';
import type { InitFlags } from './flags.ts';
import { lookAtNodes } from './look-at-nodes.ts';
import { sshOptions } from './make-cluster.ts';
import { mergeLayouts, parseLayouts } from './parse-layouts.ts';
import { parsedFlag } from '../cluster/parsed-flag.ts';
import { formatNodes, parseNodes, type TypedNode } from './parse-nodes.ts';
import { describeSingle } from './sqlite-words.ts';
import { answered, type State } from './state.ts';
import type { Step } from './walk.ts';

const question: TextQuestion<readonly TypedNode[]> = {
  title: '1 Nodes: what you type after "ssh"',
  why: 'All of them, separated by spaces; each is looked at right away.',
  flag: '--node NAME=TARGET',
  parse: (text) => parseNodes(text),
  format: formatNodes,
};

/** Asks for the nodes, logs in to all at once and looks at each; asks again with the text kept until every node answers. */
export function askNodes(world: World, flags: InitFlags): Step<State> {
  return {
    id: 'nodes',
    needed: () => true,
    take: async (state, ask) => {
      const open = new Map(state.seen.connections);
      const layouts = mergeLayouts(state.answers.layouts, parsedFlag('--grafana', parseLayouts(flags.grafana ?? [])));
      const ssh = sshOptions(state.answers, flags, world.files);
      let former = state.answers.typedNodes.length > 0 ? formatNodes(state.answers.typedNodes) : undefined;
      let offer: Offer = flags.from === undefined ? { given: flags.node?.join(' '), kept: former } : { given: flags.from.join(' ') };
      // Of one running node there is something to say; a cluster it is not.
      let least = flags.from === undefined ? 2 : 1;
      for (;;) {
        const typed = await ask.text({ ...question, parse: (text) => parseNodes(text, least) }, { ...offer, former });
        if (typed === undefined) return undefined;
        offer = {};
        former = formatNodes(typed);
        if (!(await connectNodes(typed, open, layouts, world, flags, ssh, ask))) continue;
        const looked = await lookAtNodes(typed, open, layouts, world, ask);
        if (looked === undefined) continue;
        if (looked.nodes.length < 2) {
          least = 2;
          ask.refuse(describeSingle(looked.nodes[0]!.name, looked.facts.get(looked.nodes[0]!.name)!));
          continue;
        }
        const next = answered(state, { typedNodes: typed, nodes: looked.nodes, layouts });
        return { state: { ...next, seen: { ...state.seen, connections: open, nodes: looked.facts } }, again: ['from', 'sqlite', 'reach', 'license', 'gossip'] };
      }
    },
  };
}
