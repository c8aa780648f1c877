import type { Database, Node } from '../cluster/cluster.ts';

/** The next thing to type after a login that failed, by the server's or the network's code. */
export function loginHint({ code, said }: { readonly code: string; readonly said: string }, database: Database, node: Node): string {
  const { name, user, address } = database;
  if (code === '28000' && said.includes('pg_hba.conf')) {
    const kind = database.sslMode === 'disable' ? 'host' : 'hostssl';
    return `add to pg_hba.conf: ${kind} ${name} ${user} ADDRESS-OF-${node.name}/32 scram-sha-256`;
  }
  switch (code) {
    case '28P01':
    case '28000':
      return `grafana-ha validate --db-password ask; if the role is not there yet, as the database's admin: CREATE ROLE ${user} LOGIN; \\password ${user}`;
    case 'ER_ACCESS_DENIED_ERROR':
      return `grafana-ha validate --db-password ask, or as its admin: GRANT ALL PRIVILEGES ON \`${name}\`.* TO '${user}'@'%';`;
    case '3D000':
      return `as the database's admin: GRANT ${user} TO CURRENT_USER; CREATE DATABASE ${name} OWNER ${user};`;
    case '42501':
      return `as the database's admin: GRANT CONNECT ON DATABASE ${name} TO ${user};`;
    case 'ER_BAD_DB_ERROR':
    case 'ER_DBACCESS_DENIED_ERROR':
      return `as the database's admin: CREATE DATABASE IF NOT EXISTS \`${name}\`; GRANT ALL PRIVILEGES ON \`${name}\`.* TO '${user}'@'%';`;
    case 'EPROTO':
      return 'host = HOST:PORT under [database] of the cluster file';
    case 'ENOTFOUND':
      return `ssh ${node.target.text} getent hosts ${address.host}`;
    default:
      return `ssh ${node.target.text} "timeout 5 bash -c '</dev/tcp/${address.host}/${address.port}' && echo open"`;
  }
}
