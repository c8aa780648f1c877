import { formatAddress } from '../cluster/address.ts';
import type { Cluster, Node } from '../cluster/cluster.ts';
import type { RedisServer } from '../facts/redis.ts';
import { sshTo } from './ssh-to.ts';

/** The next thing to type after a session with a Redis that failed, by its or the network's code. */
export function redisLoginHint({ address, purpose, announcedBy }: RedisServer, { code }: { readonly code: string }, cluster: Pick<Cluster, 'ssh' | 'redis'>, node: Node): string {
  const key = purpose === 'live' ? 'password = env:NAME under [live]' : purpose === 'sentinel' ? 'sentinel_password = env:NAME under [redis]' : 'password = env:NAME under [redis]';
  const open = `${sshTo(node, cluster)} "timeout 5 bash -c '</dev/tcp/${address.host}/${address.port}' && echo open"`;
  switch (code) {
    case 'WRONGPASS':
    case 'NOAUTH':
      return `${key} of the cluster file, with the right one; then grafana-ha validate --only "redis.*"`;
    case 'NOPASS':
      return `remove the ${key.split(' ')[0]} from the cluster file, or set one: redis-cli -h ${address.host} -p ${address.port} ACL SETUSER default on '>PASSWORD'`;
    // The words of protected-mode.
    case 'DENIED':
      return `redis-cli ACL SETUSER default on '>PASSWORD' on ${address.host}, then ${key} of the cluster file`;
    case 'ECONNRESET':
      return cluster.redis?.tls === true || purpose === 'live' ? open : 'tls = yes under [redis] of the cluster file, if that port speaks TLS';
    case 'ENOTFOUND':
      return `${sshTo(node, cluster)} getent hosts ${address.host}`;
    default:
      return announcedBy === undefined ? open : `${open}; that address is what ${formatAddress(announcedBy)} announces: replica-announce-ip, or cluster-announce-ip, on the server`;
  }
}
