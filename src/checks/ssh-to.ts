import type { Cluster, Node } from '../cluster/cluster.ts';
import { sshByHand } from '../shell/ssh-by-hand.ts';

/** The command that logs a person in to a node as we do; `-t` lets sudo and editors ask. */
export function sshTo({ target }: Pick<Node, 'target'>, { ssh }: Pick<Cluster, 'ssh'>): string {
  return `ssh -t ${sshByHand(target, ssh.config)}`;
}
