import type { GossipNode, PairFacts } from '../facts/peers.ts';
import type { Judgement, Scene, Skipped, Subject } from './check.ts';

/** One way between two nodes, with what is known of both. */
export interface Direction {
  readonly from: GossipNode;
  readonly to: GossipNode;
  readonly pair: PairFacts;
  /** The way back. */
  readonly back?: PairFacts;
}

export type Verdict = Judgement | Skipped | undefined;

/** One subject a pair where both ways are judged alike, else one a way; a way that is not open is about the node that does not hear. */
export function judgedPairs(scene: Scene, judge: (direction: Direction) => Verdict): readonly Subject<Verdict>[] {
  const { facts } = scene;
  if (facts.peers?.ok !== true) return [];
  const { nodes, pairs } = facts.peers.facts;
  const find = (from: string, to: string): PairFacts | undefined => pairs.find((pair) => pair.from === from && pair.to === to);
  const judged = (from: GossipNode, to: GossipNode): Verdict => {
    const [pair, back] = [find(from.name, to.name), find(to.name, from.name)];
    return pair === undefined ? undefined : judge({ from, to, pair, ...(back === undefined ? {} : { back }) });
  };
  return [
    ...nodes.flatMap((one, index) => nodes.slice(index + 1).flatMap((other) => {
      const [there, back] = [judged(one, other), judged(other, one)];
      if (isAlike(there, back)) return [{ label: `${one.name} ↔ ${other.name}`, node: one.name, peer: other.name, fact: { ok: true as const, facts: both(there, back) } }];
      return [subject(one, other, there), subject(other, one, back)];
    })),
    ...(pairs.length === 0 ? [] : unreached(scene)),
  ];
}

function subject(from: GossipNode, to: GossipNode, facts: Verdict): Subject<Verdict> {
  return { label: `${from.name} → ${to.name}`, node: to.name, peer: from.name, fact: { ok: true, facts } };
}

/** A node that was not looked at has no ways to try. */
function unreached({ facts }: Scene): readonly Subject<Verdict>[] {
  return facts.nodes.flatMap(({ name, node }, index) => (node.ok ? [] : facts.nodes
    .filter((other, at) => at !== index && (other.node.ok || at > index))
    .map((other) => ({ label: `${name} ↔ ${other.name}`, node: name, peer: other.name, fact: node }))));
}

function isAlike(one: Verdict, other: Verdict): boolean {
  return withoutHint(one) === withoutHint(other);
}

function withoutHint(verdict: Verdict): string {
  return JSON.stringify(verdict === undefined ? null : { ...verdict, hint: '' });
}

/** Both ways are shut: both sides have something to type. */
function both(one: Verdict, other: Verdict): Verdict {
  if (one === undefined || other === undefined || !('hint' in one) || !('hint' in other) || one.hint === other.hint) return one;
  return { ...one, hint: one.hint.startsWith('ssh ') && other.hint.startsWith('ssh ') ? `${one.hint} && ${other.hint}` : `${one.hint}; ${other.hint}` };
}
