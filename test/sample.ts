import { createHash } from 'node:crypto';
import type { Cluster, Node } from '../src/cluster/cluster.ts';
import { Secret } from '../src/cluster/secret.ts';
import type { DatabasePath, Facts, NodeEntry, NodeFacts } from '../src/facts.ts';

/** A cluster of two nodes on PostgreSQL that no check complains about. */
export function sampleCluster(change: Partial<Cluster> = {}): Cluster {
  return {
    name: 'prod', rootUrl: 'https://grafana.example.com/', secrets: 'files', push: 'allowed',
    ssh: { perHop: 8 },
    nodes: [sampleNode('graf-a', '10.0.0.11'), sampleNode('graf-b', '10.0.0.12')],
    database: { type: 'postgres', address: { host: 'db.example.com', port: 5432 }, name: 'grafana', user: 'grafana', password: { kind: 'nodes' }, sslMode: 'verify-full' },
    security: { secretKey: { kind: 'nodes' }, adminUser: 'admin' },
    alerting: { mode: 'gossip', port: 9094, label: 'prod' },
    pushing: { keep: 10 },
    ignored: [],
    ...change,
  };
}

export function sampleNode(name: string, host: string, change: Partial<Node> = {}): Node {
  return { name, target: { text: `ops@${host}`, user: 'ops', host }, become: 'auto', grafana: { unit: 'grafana-server', statePath: '/var/lib/grafana-ha' }, ...change };
}

const defaults = [
  'instance_name = ${HOSTNAME}', '[paths]', 'data = data', '[server]', 'http_port = 3000', 'domain = localhost', 'root_url = %(protocol)s://%(domain)s:%(http_port)s/',
  '[database]', 'type = sqlite3', 'host = 127.0.0.1:3306', 'name = grafana', 'user = root', 'password =', 'url =', 'ssl_mode = disable', 'path = grafana.db',
  '[security]', 'admin_user = admin', 'admin_password = admin', 'secret_key = SW2YcwTIb9zpOOhoPsMm', '[unified_alerting]', 'ha_peers =',
].join('\n');

/** A fresh node with the Debian package. */
export function sampleNodeFacts(change: Partial<NodeFacts> = {}): NodeFacts {
  return {
    hostName: 'graf', system: 'debian 12', systemd: true,
    grafana: { version: '12.2.0', edition: 'oss', homePath: '/usr/share/grafana' },
    service: { unit: 'grafana-server', known: true, active: true, enabled: true, pid: 7, restarts: 0, user: 'grafana', group: 'grafana' },
    configPath: '/etc/grafana/grafana.ini',
    config: sampleConfig(''),
    defaults,
    environment: [], arguments: [], secretFiles: new Map(), files: new Map(), sourceAddresses: new Map(), addresses: [],
    clockAheadSeconds: 0,
    ...change,
  };
}

export function sampleConfig(text: string, change: Partial<NonNullable<NodeFacts['config']>> = {}): NonNullable<NodeFacts['config']> {
  return { path: '/etc/grafana/grafana.ini', realPath: '/etc/grafana/grafana.ini', text, sha256: createHash('sha256').update(text).digest('hex'), owner: 'root:grafana', mode: '640', fileSystem: 'ext2/ext3', mountPoint: false, ...change };
}

/** An empty database, reached with full verification. */
export function samplePath(change: Partial<DatabasePath> = {}): DatabasePath {
  return {
    tls: { ok: true, facts: { offered: true, subject: 'db.example.com', issuer: 'CA', topIssuer: 'CA', names: ['DNS:db.example.com'], notAfter: new Date('2028-01-01T00:00:00Z') } },
    login: { ok: true, roundTripMs: 1, clientAddress: '10.0.0.11' },
    server: { engine: 'postgres', version: '16.4', schema: { kind: 'empty' }, writable: { ok: true, how: 'in a transaction' } },
    ...change,
  };
}

export function sampleEntry(name: string, change: Partial<NodeEntry> = {}): NodeEntry {
  return { name, connection: { ok: true, user: 'ops', become: 'sudo' }, node: { ok: true, facts: sampleNodeFacts() }, database: { ok: true, facts: samplePath() }, ...change };
}

/** Facts that fit `sampleCluster()`. */
export function sampleFacts(change: Partial<Facts> = {}): Facts {
  const reaching = (peer: string, own: string): NodeEntry['node'] => ({ ok: true, facts: sampleNodeFacts({ sourceAddresses: new Map([[peer, own]]), addresses: [own] }) });
  return {
    nodes: [sampleEntry('graf-a', { node: reaching('graf-b', '10.0.0.11') }), sampleEntry('graf-b', { node: reaching('graf-a', '10.0.0.12') })],
    local: { rootUrlAddresses: ['203.0.113.7'], databasePassword: { ok: true, facts: new Secret('a-password') } },
    at: new Date('2027-01-04T10:00:00Z'),
    ...change,
  };
}
