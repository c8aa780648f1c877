import { formatAddress } from '../cluster/address.ts';
import type { Cluster, Database, Node } from '../cluster/cluster.ts';
import { adminSql, type Lack, lackOf } from '../grafana/admin-sql.ts';
import { sshTo } from './ssh-to.ts';

/** The next thing to type after a login that failed, by the server's or the network's code. */
export function loginHint({ code, said }: { readonly code: string; readonly said: string }, cluster: Pick<Cluster, 'database' | 'ssh'>, node: Node): string {
  const { database } = cluster;
  const { name, user, address } = database;
  if (code === '28000' && said.includes('pg_hba.conf')) {
    const kind = database.sslMode === 'disable' ? 'host' : 'hostssl';
    return `add to pg_hba.conf: ${kind} ${name} ${user} ADDRESS-OF-${node.name}/32 scram-sha-256`;
  }
  const lack = lackOf(code, said);
  if (lack !== undefined) return asAdmin(lack, database);
  switch (code) {
    case '28P01':
    case '28000':
      return `grafana-ha validate --db-password ask; if the role is not there yet, ${asAdmin('role', database)}`;
    case 'ER_ACCESS_DENIED_ERROR':
      return `grafana-ha validate --db-password ask, or ${asAdmin('grant', database)}`;
    case 'EPROTO':
      return 'host = HOST:PORT under [database] of the cluster file';
    case 'ECONNRESET':
      return `look at what stands at ${formatAddress(address)}: its log, or its list of servers (HAProxy: echo "show servers state" | socat stdio /run/haproxy/admin.sock)`;
    case 'ENOTFOUND':
      return `${sshTo(node, cluster)} getent hosts ${address.host}`;
    default:
      return `${sshTo(node, cluster)} "timeout 5 bash -c '</dev/tcp/${address.host}/${address.port}' && echo open"`;
  }
}

function asAdmin(lack: Lack, database: Database): string {
  return `as the database's admin: ${adminSql(lack, database).join(' ')}`;
}
