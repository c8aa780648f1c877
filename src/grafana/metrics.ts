import type { MeshMetrics, MeshWatch } from '../facts/peers.ts';

// Without a prefix up to 12.2, with grafana_ from 12.3 on; a plugin called alertmanager has metrics, too.
const line = /^(?:grafana_(?:alerting_)?)?alertmanager_(cluster_(?:members|peer_info|peers_left_total|pings_failures_total|pings_seconds_count)|peer_position)(?:\{([^}]*)\})? (\S+)/gm;
const start = /^process_start_time_seconds (\S+)/m;

/** Reads what the text of /metrics says of the mesh, whatever version wrote it. */
export function parseMeshMetrics(text: string): MeshMetrics {
  const values = new Map<string, number>();
  const pings = new Map<string, number>();
  let ownId: string | undefined;
  for (const [, name = '', labels = '', value] of text.matchAll(line)) {
    const peer = /(?:^|,)\s*peer="([^"]*)"/.exec(labels)?.[1] ?? '';
    if (name === 'cluster_peer_info') ownId = peer;
    else if (name === 'cluster_pings_seconds_count') pings.set(peer, Number(value));
    else values.set(name, Number(value));
  }
  const startedAt = start.exec(text)?.[1];
  const of = <Key extends string>(key: Key, name: string): { readonly [key in Key]?: number } =>
    (values.has(name) ? { [key]: values.get(name) } as { readonly [key in Key]: number } : {});
  return {
    ...of('members', 'cluster_members'), ...of('position', 'peer_position'), ...of('peersLeft', 'cluster_peers_left_total'), ...of('pingFailures', 'cluster_pings_failures_total'),
    ...(ownId === undefined ? {} : { ownId }),
    pings,
    ...(startedAt === undefined ? {} : { startedAt: Number(startedAt) }),
  };
}

/** How many pings of a node its peer answered over UDP while both were watched; undefined: they were not, or one of them was started anew meanwhile. */
export function pingGrowth(from: MeshWatch, to: MeshWatch): number | undefined {
  if (from.last === undefined || to.last === undefined || wasRestarted(from) || wasRestarted(to)) return undefined;
  const peer = to.last.ownId;
  if (peer === undefined || from.last.ownId === undefined) return undefined;
  return (from.last.pings.get(peer) ?? 0) - (from.first.pings.get(peer) ?? 0);
}

export function wasRestarted({ first, last }: MeshWatch): boolean {
  return last !== undefined && (first.ownId !== last.ownId || first.startedAt !== last.startedAt);
}
