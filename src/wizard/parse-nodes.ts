import type { Target } from '../cluster/cluster.ts';
import { parseName } from '../cluster/name.ts';
import { accepted, refused, type Parsed } from '../cluster/parsed.ts';
import { formatTarget, parseTarget } from '../cluster/target.ts';

/** A node as the person names it; without a name it gets its host's. */
export interface TypedNode {
  readonly name?: string;
  readonly target: Target;
}

/** Parses `[NAME=]TARGET …`, separated by spaces or commas; fewer than `least` nodes and anything named twice are refused. */
export function parseNodes(text: string, least = 2): Parsed<readonly TypedNode[]> {
  const nodes: TypedNode[] = [];
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const node = parseNode(word);
    if (!node.ok) return node;
    if (nodes.some(({ target }) => formatTarget(target) === formatTarget(node.value.target))) return refused(`${word} is named twice`, 'Name each host once');
    if (nodes.some(({ name }) => name !== undefined && name === node.value.name)) return refused(`two nodes are called ${node.value.name}`, 'Give each node its own name');
    nodes.push(node.value);
  }
  if (nodes.length >= least) return accepted(nodes);
  return refused(nodes.length === 0 ? 'no host was named' : 'one host was named, and a cluster has two or more', 'Type all of them, such as ops@10.0.0.11 ops@10.0.0.12');
}

function parseNode(word: string): Parsed<TypedNode> {
  const named = /^(?!-)([^=@]*)=(.*)$/.exec(word);
  const target = parseTarget(named ? named[2]! : word);
  if (!target.ok) return target;
  if (!named) return accepted({ target: target.value });
  const name = parseName(named[1]!);
  return name.ok ? accepted({ name: name.value, target: target.value }) : name;
}

/** The nodes as one line that `parseNodes` reads back. */
export function formatNodes(nodes: readonly TypedNode[]): string {
  return nodes.map(({ name, target }) => (name === undefined ? target.text : `${name}=${target.text}`)).join(' ');
}
