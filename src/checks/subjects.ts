import { formatAddress } from '../cluster/address.ts';
import type { Node } from '../cluster/cluster.ts';
import type { DatabasePath, NodeEntry, NodeFacts } from '../facts.ts';
import type { RedisServer } from '../facts/redis.ts';
import type { About, Scene } from './check.ts';

/** The cluster as a whole: one subject. */
export const wholeCluster: About<Scene> = (scene) => [{ label: '', fact: { ok: true, facts: scene } }];

export interface Reached {
  readonly node: Node;
  readonly connection: NodeEntry['connection'];
  /** Why it could not be looked at. */
  readonly missing?: string;
}

/** How each node was reached, whether or not it was. */
export const everyConnection: About<Reached> = (scene) =>
  entries(scene).map(({ node, entry }) => ({
    label: node.name,
    node: node.name,
    fact: { ok: true, facts: { node, connection: entry.connection, ...(entry.node.ok ? {} : { missing: entry.node.missing }) } },
  }));

export interface LookedAt {
  readonly node: Node;
  readonly facts: NodeFacts;
}

/** Each node that could be looked at. */
export const everyNode: About<LookedAt> = (scene) =>
  entries(scene).map(({ node, entry }) => ({
    label: node.name,
    node: node.name,
    fact: entry.node.ok ? { ok: true, facts: { node, facts: entry.node.facts } } : entry.node,
  }));

export interface FromNode {
  readonly node: Node;
  readonly path: DatabasePath;
}

/** The database as each node reaches it. */
export const everyPath: About<FromNode> = (scene) =>
  entries(scene).map(({ node, entry }) => ({
    label: `${node.name} → database`,
    node: node.name,
    fact: entry.database.ok ? { ok: true, facts: { node, path: entry.database.facts } } : entry.database,
  }));

export interface RedisFrom {
  readonly node: Node;
  readonly server: RedisServer;
}

/** Every Redis and Sentinel as each node reaches it. */
export const everyRedis: About<RedisFrom> = ({ cluster, facts }) =>
  (facts.redis ?? []).flatMap(({ node: name, servers }) => {
    const node = cluster.nodes.find((one) => one.name === name);
    return node === undefined ? [] : servers.map((server) => ({ label: `${name} → ${redisName(server)}`, node: name, fact: { ok: true as const, facts: { node, server } } }));
  });

function redisName({ purpose, address }: RedisServer): string {
  const kind = purpose === 'sentinel' ? 'sentinel' : purpose === 'live' ? 'redis (live)' : 'redis';
  return `${kind} ${formatAddress(address)}`;
}

function entries({ cluster, facts }: Scene): readonly { readonly node: Node; readonly entry: NodeEntry }[] {
  return facts.nodes.flatMap((entry) => {
    const node = cluster.nodes.find(({ name }) => name === entry.name);
    return node === undefined ? [] : [{ node, entry }];
  });
}
