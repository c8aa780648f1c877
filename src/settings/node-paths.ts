import { dirname, join } from 'node:path/posix';
import type { Node } from '../cluster/cluster.ts';

/** Where a push puts what belongs to a node's config; every path is absolute and on the node. */
export interface NodePaths {
  readonly databasePassword: string;
  readonly databaseClientKey: string;
  readonly secretKey: string;
  readonly secretsManagerKey: string;
  readonly adminPassword: string;
  readonly redisPassword: string;
  readonly redisSentinelPassword: string;
  readonly livePassword: string;
  readonly databaseCa: string;
  readonly databaseClientCert: string;
  readonly redisCa: string;
  readonly license: string;
}

/** The paths of a node whose Grafana reads `configPath`. */
export function nodePaths(node: Node, configPath: string): NodePaths {
  const folder = dirname(configPath);
  const secrets = node.grafana.secretsPath ?? join(folder, 'secrets');
  return {
    databasePassword: join(secrets, 'database_password'),
    databaseClientKey: join(secrets, 'database_client_key'),
    secretKey: join(secrets, 'secret_key'),
    secretsManagerKey: join(secrets, 'secrets_manager_key'),
    adminPassword: join(secrets, 'admin_password'),
    redisPassword: join(secrets, 'redis_password'),
    redisSentinelPassword: join(secrets, 'redis_sentinel_password'),
    livePassword: join(secrets, 'live_password'),
    databaseCa: join(folder, 'certs', 'database_ca.pem'),
    databaseClientCert: join(folder, 'certs', 'database_client.pem'),
    redisCa: join(folder, 'certs', 'redis_ca.pem'),
    license: join(folder, 'license.jwt'),
  };
}
