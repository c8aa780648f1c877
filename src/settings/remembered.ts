import type { Cluster } from '../cluster/cluster.ts';
import type { Facts } from '../facts.ts';

/** Works something out once for each cluster and its facts, neither of which ever changes: every check of every node asks for it. */
export function remembered<Result>(workOut: (cluster: Cluster, facts: Facts) => Result): typeof workOut {
  const results = new WeakMap<Facts, { readonly cluster: Cluster; readonly result: Result }>();
  return (cluster, facts) => {
    const last = results.get(facts);
    if (last?.cluster === cluster) return last.result;
    const result = workOut(cluster, facts);
    results.set(facts, { cluster, result });
    return result;
  };
}
