import type { World } from '../world.ts';
import type { ClusterNode } from './cluster-node.ts';
import { askHealth } from './wait-healthy.ts';

/** Those that answer well now, each at the place where it does. */
export async function runningOf(cluster: readonly ClusterNode[], world: Pick<World, 'http'>): Promise<readonly ClusterNode[]> {
  const asked = await Promise.all(cluster.map(async (one) => {
    const { health, healthBefore = health } = one;
    // At once: where another program holds the port, each question hangs.
    const places = JSON.stringify(health) === JSON.stringify(healthBefore) ? [health] : [health, healthBefore];
    const answers = await Promise.all(places.map((at) => askHealth({ ...one, health: at }, world)));
    const place = places[answers.indexOf(true)];
    return place === undefined ? [] : [{ ...one, health: place }];
  }));
  return asked.flat();
}
