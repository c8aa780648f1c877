import type { NodeFacts } from '../facts.ts';
import { effectiveConfig } from './effective-config.ts';
import type { EffectiveReading } from './effective-config.ts';

type ConfigFacts = Pick<NodeFacts, 'defaults' | 'config' | 'arguments' | 'environment' | 'secretFiles' | 'hostName'>;

// Many checks ask for the same node, and each reading takes milliseconds. Facts are never changed, but copied when more is found out:
// these parts are then the same.
const parts = ['defaults', 'config', 'arguments', 'environment', 'secretFiles', 'hostName'] as const;
const readings = new WeakMap<ConfigFacts['environment'], { readonly of: ConfigFacts; readonly reading: EffectiveReading }>();

/** The configuration that a node's Grafana starts with next, from what was gathered there. */
export function effectiveOf(node: ConfigFacts): EffectiveReading {
  const known = readings.get(node.environment);
  if (known !== undefined && parts.every((part) => known.of[part] === node[part])) return known.reading;
  const reading = read(node);
  readings.set(node.environment, { of: node, reading });
  return reading;
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
