import { formatAddress } from '../cluster/address.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { GossipNode } from '../facts/peers.ts';
import { quote } from '../shell/quote.ts';
import { sshTo } from './ssh-to.ts';

/** What to type to let a peer in, by what filters packets on the node that does not hear it. */
export function openPortHint(to: GossipNode, from: GossipNode, protocol: 'tcp' | 'udp', cluster: Cluster): string {
  const node = cluster.nodes.find(({ name }) => name === to.name)!;
  const port = to.address?.port ?? cluster.alerting.port;
  const peer = from.address?.host ?? from.name;
  const command = opening(to, { peer, protocol, port });
  if (command !== undefined) return `${sshTo(node, cluster)} ${quote(command)}`;
  const at = to.address === undefined ? to.name : formatAddress(to.address);
  return `let ${protocol.toUpperCase()} from ${peer} to ${at} through what lies between them, such as a security group: no firewall was found on ${to.name}`;
}

function opening({ firewall }: GossipNode, { peer, protocol, port }: { readonly peer: string; readonly protocol: string; readonly port: number }): string | undefined {
  const isV6 = peer.includes(':');
  switch (firewall?.kind) {
    case 'firewalld': return `sudo firewall-cmd --permanent --add-port=${port}/${protocol} && sudo firewall-cmd --reload`;
    case 'ufw': return `sudo ufw allow from ${peer} to any port ${port} proto ${protocol}`;
    // What nft is told by hand is gone after a restart; the file is the distribution's.
    case 'nft': return `sudo nft insert rule ${firewall.chain ?? 'inet filter input'} ${isV6 ? 'ip6' : 'ip'} saddr ${peer} ${protocol} dport ${port} accept && sudoedit /etc/nftables.conf`;
    case 'iptables': return `sudo ${isV6 ? 'ip6tables' : 'iptables'} -I INPUT -s ${peer} -p ${protocol} --dport ${port} -j ACCEPT`;
    default: return undefined;
  }
}
