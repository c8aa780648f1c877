import type { NodeFacts } from '../facts.ts';
import { effectiveConfig } from './effective-config.ts';
import type { EffectiveReading } from './effective-config.ts';

/** The configuration that a node's Grafana starts with next, from what was gathered there. */
export function effectiveOf(node: Pick<NodeFacts, 'defaults' | 'config' | 'arguments' | 'environment' | 'secretFiles' | 'hostName'>): EffectiveReading {
  return effectiveConfig({
    defaults: node.defaults ?? '',
    custom: node.config?.text ?? '',
    arguments: node.arguments,
    environment: node.environment.map(({ name, value, origin }) => ({ name, value: value.reveal(), origin })),
    readFile: (path) => node.secretFiles.get(path)?.reveal(),
    hostName: node.hostName,
  });
}
