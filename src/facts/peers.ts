/** What the ways between the nodes look like: gossip over TCP and UDP, and HTTP. */
export interface PeerFacts {
  readonly pairs: readonly PairFacts[];
}

/** One way from a node to a peer; each pair of nodes has two. */
export interface PairFacts {
  readonly from: string;
  readonly to: string;
}
