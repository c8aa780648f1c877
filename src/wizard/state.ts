import { clusterDefaults } from '../cluster/cluster-defaults.ts';
import type { Address, Cluster, Database, Redis, Target } from '../cluster/cluster.ts';
import type { RootUrl } from '../cluster/root-url.ts';
import type { Secret, SecretSource } from '../cluster/secret.ts';
import type { DatabasePath, NodeFacts } from '../facts.ts';
import type { NodeConnection } from '../world.ts';
import type { Layouts } from './parse-layouts.ts';
import type { TypedNode } from './parse-nodes.ts';

/** Where the wizard stands: what the person said, and what was seen because of it. */
export interface State {
  readonly answers: Answers;
  readonly seen: Seen;
}

/** What the person said, parsed. */
export interface Answers {
  readonly typedNodes: readonly TypedNode[];
  /** What flags say about single nodes. */
  readonly layouts: Layouts;
  /** The same nodes, each with its name. */
  readonly nodes: readonly { readonly name: string; readonly target: Target }[];
  /** What SQLite holds may stay behind. */
  readonly leaveSqlite?: boolean;
  readonly database: DatabaseDraft;
  readonly password?: Secret;
  /** How it came here; what came with the URL or from a place is not asked again. */
  readonly passwordFrom?: 'typed' | 'url' | 'place';
  readonly passwordSource: SecretSource;
  readonly rootUrl?: RootUrl;
  readonly admin?: AdminAnswer;
  readonly license?: string;
  /** Where it differs from what the nodes say, or was confirmed. */
  readonly gossip: ReadonlyMap<string, Address>;
  readonly gossipPort: number;
  /** Over which alerting goes on the nodes we start from; absent: as the cluster file that was there says, else gossip. */
  readonly redis?: Redis;
  readonly name?: string;
  /** Where it is not the cluster's name. */
  readonly label?: string;
  readonly secrets?: Cluster['secrets'];
  readonly push?: Cluster['push'];
  /** The cluster file that was there: what nobody asks stays as it says. */
  readonly before?: Cluster;
}

/** Parts of the database's address, as far as they are known. */
export interface DatabaseDraft {
  /** Parts that the pasted URL leaves to be asked. */
  readonly open: readonly ('type' | 'address' | 'name' | 'user')[];
  readonly type?: Database['type'];
  readonly address?: Address;
  readonly name?: string;
  readonly user?: string;
  readonly sslMode?: Database['sslMode'];
  readonly caCert?: string;
  readonly serverCertName?: string;
  readonly maxOpenConn?: number;
}

/** `generated`: made here and kept for the person. */
export type AdminAnswer = { readonly kind: 'generated'; readonly password: Secret } | { readonly kind: 'source'; readonly source: SecretSource };

export interface Seen {
  /** By target, as `formatTarget` spells it. */
  readonly connections: ReadonlyMap<string, NodeConnection>;
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  readonly paths: ReadonlyMap<string, DatabasePath>;
  /** A CA file of the nodes that is to lie here. */
  readonly fetched?: { readonly path: string; readonly text: string };
}

export const nothingYet: State = {
  answers: { typedNodes: [], layouts: new Map(), nodes: [], database: { open: [] }, passwordSource: { kind: 'nodes' }, gossip: new Map(), gossipPort: clusterDefaults.gossipPort },
  seen: { connections: new Map(), nodes: new Map(), paths: new Map() },
};

/** Whether the database has no user yet. */
export function wantsAdmin(paths: Seen['paths']): boolean {
  return [...paths.values()].some(({ server }) => server?.schema.kind === 'empty' || (server?.schema.kind === 'grafana' && server.schema.users === 0));
}

/** The state with some answers changed. */
export function answered(state: State, answers: Partial<Answers>): State {
  return { ...state, answers: { ...state.answers, ...answers } };
}
