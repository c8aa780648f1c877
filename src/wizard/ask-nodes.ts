import type { World } from '../world.ts';
import type { TextQuestion } from './ask.ts';
import { connectNodes } from './connect-nodes.ts';
import type { InitFlags } from './flags.ts';
import { lookAtNodes } from './look-at-nodes.ts';
import { parseLayouts } from './parse-layouts.ts';
import { parsedFlag } from './parsed-flag.ts';
import { formatNodes, parseNodes, type TypedNode } from './parse-nodes.ts';
import { answered, type State } from './state.ts';
import type { Step } from './walk.ts';

const question: TextQuestion<readonly TypedNode[]> = {
  title: '1 Nodes: what you type after "ssh"',
  why: 'All of them, separated by spaces; each is looked at right away.',
  flag: '--node NAME=TARGET',
  parse: parseNodes,
  format: formatNodes,
};

/** Asks for the nodes, logs in to all at once and looks at each; asks again with the text kept until every node answers. */
export function askNodes(world: World, flags: InitFlags): Step<State> {
  return {
    id: 'nodes',
    needed: () => true,
    take: async (state, ask) => {
      const open = new Map(state.seen.connections);
      const layouts = parsedFlag('--grafana', parseLayouts(flags.grafana ?? []));
      let former = state.answers.typedNodes.length > 0 ? formatNodes(state.answers.typedNodes) : undefined;
      let given = flags.node?.join(' ');
      for (;;) {
        const typed = await ask.text(question, { given, former });
        if (typed === undefined) return undefined;
        given = undefined;
        former = formatNodes(typed);
        if (!(await connectNodes(typed, open, layouts, world, flags, ask))) continue;
        const looked = await lookAtNodes(typed, open, layouts, world, ask);
        if (looked === undefined) continue;
        const next = answered(state, { typedNodes: typed, nodes: looked.nodes, layouts });
        return { state: { ...next, seen: { ...state.seen, connections: open, nodes: looked.facts } }, again: ['sqlite', 'reach', 'license', 'gossip'] };
      }
    },
  };
}
