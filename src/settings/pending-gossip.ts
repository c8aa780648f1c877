import { outlookOf } from './outlook.ts';
import { remembered } from './remembered.ts';

/** Names of the nodes whose [unified_alerting] ha_* a push would change: what is wrong with their mesh may be what it mends. */
export const pendingGossip = remembered((cluster, facts): ReadonlySet<string> => {
  const names = facts.nodes.flatMap(({ name, node: gathered }) => {
    const node = cluster.nodes.find((one) => one.name === name);
    if (node === undefined || !gathered.ok) return [];
    const foreseen = outlookOf(node, gathered.facts, cluster, facts);
    const changes = foreseen.ok && foreseen.outlooks.some(({ setting, isRightNow, willBeRight }) => setting.section === 'unified_alerting' && setting.key.startsWith('ha_') && !isRightNow && willBeRight);
    return changes ? [name] : [];
  });
  return new Set(names);
});
