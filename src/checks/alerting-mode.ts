import { effectiveOf } from '../grafana/effective-of.ts';
import { type Check, check, passed, type Scene, warned } from './check.ts';
import { wholeCluster } from './subjects.ts';

/** What carries news between the nodes: of alerts, and of Live. */
export const alertingModeChecks: readonly Check[] = [
  check({
    id: 'alerting.mode', group: 'cluster', about: wholeCluster,
    title: 'The nodes agree on who sends a notification',
    why: 'Every node evaluates every rule. Without gossip or Redis each of them also sends every notification, so an alert arrives once from every node.',
    fix: 'Set mode = gossip under [alerting] of the cluster file, or mode = redis where the nodes cannot reach each other. When the Redis is lost for a minute, every node sends everything until it is back.',
    judge: (_, { cluster: { alerting, nodes } }) => {
      if (nodes.length < 2) return undefined;
      switch (alerting.mode) {
        case 'gossip': return passed('gossip');
        case 'redis': return passed('over Redis; without it every node sends every alert');
        case 'off': return warned({
          code: 'off',
          found: `off (${alerting.reason ?? 'no reason'}): every alert is sent ${nodes.length} times`,
          expected: 'one message for one alert',
          hint: 'mode = gossip under [alerting] of the cluster file',
        });
      }
    },
  }),
  check({
    id: 'live.engine', group: 'cluster', about: wholeCluster,
    title: 'Live events take the same way on every node',
    why: "Grafana's own way is the memory of each node: streams and dashboard changes reach the users of the same node. Where some nodes use Redis and others do not, who sees what depends on the node.",
    fix: 'Set engine = redis under [live] of the cluster file for events that reach all users, and push; or take ha_engine out of the configs of all nodes.',
    judge: (_, scene) => {
      const { cluster } = scene;
      if (cluster.nodes.length < 2) return undefined;
      if (cluster.live !== undefined) return passed('Redis');
      const engines = enginesOf(scene);
      const [first] = engines;
      if (first === undefined) return undefined;
      const other = engines.find(({ engine }) => engine !== first.engine);
      if (other === undefined) return passed(first.engine === memory ? 'in memory: they reach the users of the same node' : first.engine);
      return warned({
        code: 'differs',
        found: `${first.node}: ${first.engine}, ${other.node}: ${other.engine}`,
        expected: 'one way for all nodes',
        hint: 'engine = redis under [live] of the cluster file, then grafana-ha push',
      });
    },
  }),
];

const memory = 'in memory';

function enginesOf({ facts: { nodes } }: Scene): readonly { readonly node: string; readonly engine: string }[] {
  return nodes.flatMap(({ name, node }) => {
    const effective = node.ok ? effectiveOf(node.facts) : undefined;
    if (effective?.ok !== true) return [];
    const value = (key: string): string => effective.config.get('live', key)?.value ?? '';
    return [{ node: name, engine: value('ha_engine') === '' ? memory : `${value('ha_engine')} at ${value('ha_engine_address')}` }];
  });
}
