import type { PushNode } from './push-node.ts';

/** A node that a push can ask how it is, whether or not it changes it; `healthBefore` is where it answers until then. */
export type ClusterNode = Pick<PushNode, 'name' | 'connection' | 'layout' | 'health' | 'healthBefore'>;
