import type { NodeFacts } from '../facts.ts';
import { effectiveConfig } from './effective-config.ts';
import type { EffectiveReading } from './effective-config.ts';

type ConfigFacts = Pick<NodeFacts, 'defaults' | 'config' | 'arguments' | 'environment' | 'secretFiles' | 'hostName'>;

// Many checks ask for the same node, and each reading takes milliseconds. Facts are never changed.
const readings = new WeakMap<ConfigFacts, EffectiveReading>();

/** The configuration that a node's Grafana starts with next, from what was gathered there. */
export function effectiveOf(node: ConfigFacts): EffectiveReading {
  const known = readings.get(node) ?? read(node);
  readings.set(node, known);
  return known;
}

function read(node: ConfigFacts): EffectiveReading {
  return effectiveConfig({
    defaults: node.defaults ?? '',
    custom: node.config?.text ?? '',
    arguments: node.arguments,
    environment: node.environment.map(({ name, value, origin }) => ({ name, value: value.reveal(), origin })),
    readFile: (path) => node.secretFiles.get(path)?.reveal(),
    hostName: node.hostName,
  });
}
