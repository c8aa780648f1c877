import type { Address } from '../cluster/cluster.ts';
import type { Gathered } from '../facts.ts';

/** What the ways between the nodes look like: gossip over TCP and UDP, and HTTP. */
export interface PeerFacts {
  /** One entry a node that was looked at, in the cluster's order. */
  readonly nodes: readonly GossipNode[];
  /** One way from a node to a peer; each pair of nodes has two. */
  readonly pairs: readonly PairFacts[];
}

export interface GossipNode {
  readonly name: string;
  /** Grafana runs with peers, runs with Redis instead, runs with neither, does not run; or nothing tells. */
  readonly state: 'gossips' | 'redis' | 'alone' | 'off' | 'unknown';
  /** Where it was tried: what its Grafana advertises, else what the cluster file or the routes say. */
  readonly address?: Address;
  /** The ha_label it uses; empty: none. */
  readonly label: string;
  /** What the mesh looks like from there. */
  readonly mesh: Gathered<MeshWatch>;
  /** What filters packets on that host; absent: nobody had to know. */
  readonly firewall?: Firewall;
}

/** `chain`: family, table and name of nft's chain for incoming packets. */
export interface Firewall {
  readonly kind: 'firewalld' | 'ufw' | 'nft' | 'iptables' | 'none';
  readonly chain?: string;
}

/** One look at /metrics, or two with some time between them. */
export interface MeshWatch {
  readonly first: MeshMetrics;
  /** Absent: nobody watched. */
  readonly last?: MeshMetrics;
}

/** What Grafana's /metrics says of its mesh; what is absent is not there. */
export interface MeshMetrics {
  readonly members?: number;
  readonly position?: number;
  readonly peersLeft?: number;
  /** Made new at every start. */
  readonly ownId?: string;
  /** Pings answered over UDP, by the peer's id. */
  readonly pings: ReadonlyMap<string, number>;
  /** With Redis alone. */
  readonly pingFailures?: number;
  /** Seconds since 1970. */
  readonly startedAt?: number;
}

export interface PairFacts {
  readonly from: string;
  readonly to: string;
  /** The gossip port. */
  readonly tcp: Way;
  readonly udp: Way;
  readonly http: Way;
}

/** How a packet fared. `listened`: a listener of ours was there, so that silence is a block and nothing else. */
export type Way =
  | { readonly kind: 'open' }
  | { readonly kind: 'silent' | 'refused'; readonly listened?: true }
  | { readonly kind: 'failed'; readonly said: string; readonly listened?: true }
  /** A memberlist answers there, but to another label than the sender's. */
  | { readonly kind: 'other-label'; readonly label: string }
  | { readonly kind: 'not-tried'; readonly why: string };
