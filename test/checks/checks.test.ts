import { describe, expect, it } from 'vitest';
import { everyCheck } from '../../src/checks/every-check.ts';
import { runChecks } from '../../src/checks/run-checks.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { DatabasePath, Facts, NodeFacts } from '../../src/facts.ts';
import type { TlsOffer } from '../../src/world/database.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleFacts, sampleNode, sampleNodeFacts, samplePath } from '../sample.ts';

/** Findings as `outcome check@node code`. */
function findings(cluster: Cluster, facts: Facts): readonly string[] {
  return runChecks(everyCheck, facts, cluster, { today: '2027-01-04', fingerprint: (secret) => `<${secret.reveal().length}>` })
    .flatMap(({ check, node, judgement }) => ('code' in judgement ? [`${judgement.outcome} ${check}${node === undefined ? '' : `@${node}`} ${judgement.code}`] : []));
}

/** The sample facts with something else on graf-a. */
function onA({ node, path }: { node?: Partial<NodeFacts>; path?: Partial<DatabasePath> }): Facts {
  const facts = sampleFacts();
  const [a, b] = facts.nodes;
  return { ...facts, nodes: [{
    ...a!,
    node: { ok: true, facts: { ...(a!.node.ok ? a!.node.facts : sampleNodeFacts()), ...node } },
    database: { ok: true, facts: samplePath(path) },
  }, b!] };
}

const nodes = sampleCluster().nodes;
const offer = (change: Partial<Extract<TlsOffer, { offered: true }>>): Partial<DatabasePath> => {
  const { tls } = samplePath();
  return tls.ok && tls.facts.offered ? { tls: { ok: true, facts: { ...tls.facts, ...change } } } : {};
};
const withServer = (change: Partial<NonNullable<DatabasePath['server']>>): Partial<DatabasePath> => ({ server: { ...samplePath().server!, ...change } });
const onDatabase = '[database]\ntype = postgres\nhost = db.example.com:5432\nuser = grafana\n';

describe('the checks', () => {
  it('have ids of their own and titles', () => {
    const ids = everyCheck.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+\.[a-z-]+$/.test(id))).toEqual([]);
  });

  it('find nothing wrong with a sound cluster', () => {
    expect(findings(sampleCluster(), sampleFacts())).toEqual([]);
  });

  it.each<[string, Partial<Cluster>, readonly string[]]>([
    ['one node', { nodes: nodes.slice(0, 1) }, ['failed cluster.nodes too-few']],
    ['a host named twice', { nodes: [nodes[0]!, { ...nodes[1]!, target: { text: 'root@10.0.0.11:22', host: '10.0.0.11', port: 22 } }] }, ['failed cluster.addresses same-host']],
    ['two forwarded ports of one host', { nodes: [sampleNode('graf-a', 'jump', { target: { text: 'jump:2201', host: 'jump', port: 2201 } }), sampleNode('graf-b', 'jump', { target: { text: 'jump:2202', host: 'jump', port: 2202 } })] }, []],
    ['localhost as the URL', { rootUrl: 'http://localhost:3000/' }, ['failed cluster.root-url localhost']],
    ['loopback as the URL', { rootUrl: 'https://[::1]/' }, ['failed cluster.root-url localhost']],
    ['a node as the URL', { rootUrl: 'https://10.0.0.12/' }, ['failed cluster.root-url a-node']],
    ['a URL in clear', { rootUrl: 'http://grafana.example.com/' }, ['warned cluster.root-url http']],
    ['one gossip address for two nodes', { nodes: nodes.map((node) => ({ ...node, gossipAddress: { host: '10.0.0.9', port: 9094 } })) }, ['failed gossip.address@graf-a shared', 'failed gossip.address@graf-b shared']],
    ['0.0.0.0 for gossip', { nodes: [{ ...nodes[0]!, gossipAddress: { host: '0.0.0.0', port: 9094 } }, nodes[1]!] }, ['failed gossip.address@graf-a unspecified']],
    ['loopback on one of them', { nodes: [{ ...nodes[0]!, gossipAddress: { host: '127.0.0.1', port: 9094 } }, nodes[1]!] }, ['failed gossip.address@graf-a loopback']],
    ['loopback on all', { nodes: nodes.map((node, index) => ({ ...node, gossipAddress: { host: `127.0.1.${index + 1}`, port: 9094 } })) }, ['warned gossip.address@graf-a loopback', 'warned gossip.address@graf-b loopback']],
    ['a public address', { nodes: [{ ...nodes[0]!, gossipAddress: { host: '203.0.113.9', port: 9094 } }, nodes[1]!] }, ['failed gossip.address@graf-a public']],
    ['a host name for gossip', { nodes: [{ ...nodes[0]!, gossipAddress: { host: 'graf-a', port: 9094 } }, nodes[1]!] }, ['failed gossip.address@graf-a not-an-ip']],
    ["Grafana's own port for gossip", { alerting: { mode: 'gossip', port: 3000, label: '' } }, ['failed gossip.port@graf-a http', 'failed gossip.port@graf-b http']],
  ])('say what is wrong with %s', (_, change, expected) => {
    expect(findings(sampleCluster(change), sampleFacts())).toEqual(expected);
  });

  it.each<[string, Partial<NodeFacts>, readonly string[]]>([
    ['no Grafana', { grafana: undefined }, ['failed node.grafana@graf-a no-grafana']],
    ['no such unit', { service: { ...sampleNodeFacts().service, known: false } }, ['failed node.grafana@graf-a no-unit']],
    ['no systemd and no lines for it', { systemd: false, service: { ...sampleNodeFacts().service, known: false } }, ['failed node.grafana@graf-a no-service']],
    ['another version', { grafana: { version: '12.1.0', edition: 'oss', homePath: '' } }, ['failed node.version@graf-b differs']],
    ['a unit that is not enabled', { service: { ...sampleNodeFacts().service, enabled: false } }, ['warned node.enabled@graf-a disabled']],
    ['a clock that is behind', { clockAheadSeconds: -90 }, ['warned node.clock@graf-a off']],
    ['no config', { config: undefined }, ['failed node.config@graf-a no-config']],
    ['a config on NFS', { config: sampleConfig('', { fileSystem: 'nfs' }) }, ['failed node.config@graf-a on-network']],
    ['a config that is a mount point', { config: sampleConfig('', { mountPoint: true }) }, ['failed node.config@graf-a mount-point']],
    ['a config that does not parse', { config: sampleConfig('[server\n') }, ['failed node.config@graf-a unreadable']],
    ['a secret file that is not there', { config: sampleConfig('[database]\npassword = $__file{/etc/grafana/nosuch}\n') }, ['failed node.config@graf-a unreadable']],
    ['a variable that beats the config', { environment: [{ name: 'GF_DATABASE_HOST', value: new Secret('elsewhere:5432'), origin: '/etc/default/grafana-server:9' }] }, ['failed node.shadowed@graf-a overridden', 'warned config.lint@graf-a no-type']],
    ['a URL variable that beats all keys', { environment: [{ name: 'GF_DATABASE_URL', value: new Secret('mysql://x'), origin: 'the unit' }] }, ['failed node.shadowed@graf-a overridden']],
    ['a variable with the very value we want', { environment: [{ name: 'GF_DATABASE_HOST', value: new Secret('db.example.com:5432'), origin: 'x:1' }] }, ['warned config.lint@graf-a no-type']],
    ['a secret_key in a variable that the others can have, too', { environment: [{ name: 'GF_SECURITY_SECRET_KEY', value: new Secret('k'), origin: 'x:1' }] }, []],
    ['another password in a variable', { environment: [{ name: 'GF_DATABASE_PASSWORD', value: new Secret('other'), origin: 'x:1' }] }, ['failed node.shadowed@graf-a overridden', 'warned config.lint@graf-a no-type']],
    ['a section that writes into ours', { config: sampleConfig('[server]\nhttp_port = 3000\n[server.x]\nroot_url = http://other/\n') }, ['failed node.shadowed@graf-a overridden', 'warned config.lint@graf-a unknown-section']],
    ['[Database]', { config: sampleConfig('[Database]\ntype = postgres\n') }, ['warned config.lint@graf-a unknown-section']],
    ['a start with another file than the cluster file says', { configNamed: { path: '/opt/g.ini', place: '/etc/x.conf:2' } }, ['failed node.config-path@graf-a not-read']],
    ['a start with an unusual file', { configPath: '/opt/g.ini', configNamed: { path: '/opt/g.ini', place: '/etc/x.conf:2' } }, ['warned node.config-path@graf-a moved']],
    ['a container that nothing starts', { service: { ...sampleNodeFacts().service, known: false }, container: { engine: 'docker', name: 'grafana', image: 'x', configPath: '/etc/grafana/grafana.ini', hostConfigPath: '/etc/grafana/grafana.ini' } }, ['failed node.grafana@graf-a container']],
    ['a container whose config is its own', { container: { engine: 'docker', name: 'grafana', image: 'grafana/grafana', configPath: '/etc/grafana/grafana.ini' } }, ['failed node.config-path@graf-a in-container']],
    ['a process older than its config', { config: sampleConfig('', { modified: 1000 }), running: { startedAt: 900, arguments: [], environment: new Map() } }, ['warned node.stale@graf-a changed-since']],
    ['a process younger than its config', { config: sampleConfig('', { modified: 900 }), running: { startedAt: 1000, configPath: '/etc/grafana/grafana.ini', arguments: [], environment: new Map() } }, []],
    ['a process with arguments of yesterday', { running: { startedAt: 900, arguments: ['cfg:log.level=debug'], environment: new Map() } }, ['warned node.stale@graf-a changed-since']],
    ['a process with variables of yesterday', { running: { startedAt: 900, arguments: [], environment: new Map() }, environment: [{ name: 'GF_LOG_LEVEL', value: new Secret('debug'), origin: 'x:1' }] }, ['warned node.stale@graf-a changed-since']],
    ['unit files that systemd has not read', { service: { ...sampleNodeFacts().service, reloadNeeded: true } }, ['warned node.stale@graf-a changed-since']],
    ['an argument that beats the config', { arguments: ['cfg:server.root_url=http://other/'] }, ['failed node.shadowed@graf-a overridden']],
    ['dashboards in SQLite', { sqlite: { path: '/var/lib/grafana/grafana.db', counts: { users: 0, dashboards: 3, dataSources: 1, alertRules: 0 } } }, ['failed node.sqlite@graf-a contents']],
    ['only the default user in SQLite', { sqlite: { path: '/var/lib/grafana/grafana.db', counts: { users: 0, dashboards: 0, dataSources: 0, alertRules: 0 } } }, []],
    ['an old SQLite file beside a database', { config: sampleConfig(onDatabase), sqlite: { path: 'x', counts: { users: 0, dashboards: 3, dataSources: 0, alertRules: 0 } } }, ['failed gossip.peers@graf-a none']],
    ['a SQLite file nobody could count', { sqlite: { path: 'x', why: 'locked' } }, ['failed node.sqlite@graf-a not-counted']],
    ['no way to its peers', { sourceAddresses: new Map() }, ['failed gossip.address@graf-a unknown']],
    ['Enterprise without a license', { grafana: { version: '12.2.0', edition: 'enterprise', homePath: '' } }, ['warned license.token none', 'failed node.version@graf-b differs']],
  ])('say what is wrong with a node that has %s', (_, node, expected) => {
    expect(findings(sampleCluster(), onA({ node }))).toEqual(expected);
  });

  it.each<[string, Partial<DatabasePath>, readonly string[]]>([
    ['no TLS', { tls: { ok: true, facts: { offered: false } }, login: { ok: false, code: 'not-tried', said: '' }, server: undefined }, ['failed database.tls@graf-a not-offered']],
    ['an authority nobody trusts', offer({ chainError: 'SELF_SIGNED_CERT_IN_CHAIN' }), ['failed database.tls@graf-a SELF_SIGNED_CERT_IN_CHAIN']],
    ['the certificate of another name', offer({ names: ['DNS:other.example.com'] }), ['failed database.tls@graf-a name']],
    ['a certificate with a CN alone', offer({ names: [] }), ['failed database.tls@graf-a no-names']],
    ['a certificate that ends soon', offer({ notAfter: new Date('2027-01-10T00:00:00Z') }), ['warned database.tls@graf-a expires']],
    ['a password that is refused', { login: { ok: false, code: '28P01', said: 'password authentication failed' }, server: undefined }, ['failed database.login@graf-a 28P01']],
    ['no way to it', { tls: { ok: false, missing: 'refused' }, login: { ok: false, code: 'ECONNREFUSED', said: 'refused' }, server: undefined }, ['failed database.login@graf-a ECONNREFUSED']],
    ['a replica', withServer({ writable: { ok: false, code: '25006', said: 'read-only transaction' } }), ['failed database.writable@graf-a 25006']],
    ["somebody else's tables", withServer({ schema: { kind: 'foreign', tables: 4, example: 'invoices' } }), ['failed database.schema@graf-a foreign']],
    ['a Grafana in it', withServer({ schema: { kind: 'grafana', users: 1, dashboards: 2, encryptedRows: 0 } }), []],
  ])('say what is wrong with a database that has %s', (_, path, expected) => {
    expect(findings(sampleCluster(), onA({ path }))).toEqual(expected);
  });

  const key = (name: string) => ({ config: sampleConfig(`${onDatabase}[security]\nsecret_key = ${name}\n`) });
  const inUse = (encryptedRows: number): Partial<DatabasePath> => withServer({ schema: { kind: 'grafana', users: 1, dashboards: 0, encryptedRows } });
  it.each<[string, Partial<NodeFacts>, Partial<NodeFacts>, Partial<DatabasePath>, readonly string[]]>([
    ['the same plugins', { plugins: new Map([['clock', '2.1.8']]) }, { plugins: new Map([['clock', '2.1.8']]) }, {}, []],
    ['a plugin that one node lacks', { plugins: new Map() }, { plugins: new Map([['clock', '2.1.8']]) }, {}, ['warned node.plugins@graf-a differ']],
    ['another version of a plugin', { plugins: new Map([['clock', '2.1.7']]) }, { plugins: new Map([['clock', '2.1.8']]) }, {}, ['warned node.plugins@graf-a differ', 'warned node.plugins@graf-b differ']],
    ['one key on all nodes', key('k'), key('k'), inUse(3), []],
    ['a key that one node has and the others can get', key('k'), {}, {}, []],
    ['two keys over an empty database', key('k'), key('l'), {}, ['failed security.secret-key differ']],
    ['two keys over one with rows', key('k'), key('l'), inUse(3), ['failed security.secret-key differ']],
    ['the public key over an empty database', {}, {}, {}, []],
    ['the public key over a database in use', { config: sampleConfig(onDatabase) }, { config: sampleConfig(onDatabase) }, inUse(3), ['warned security.secret-key public']],
    ['rows that no node can read', {}, {}, inUse(3), ['failed security.secret-key unknown']],
  ])('judge %s', (_, a, b, path, expected) => {
    const [first, second] = onA({ node: a, path }).nodes;
    const other = { ...second!, node: { ok: true as const, facts: { ...(second!.node.ok ? second!.node.facts : sampleNodeFacts()), ...b } } };
    expect(findings(sampleCluster(), { ...sampleFacts(), nodes: [first!, other] }).filter((finding) => /security\.|plugins/.test(finding))).toEqual(expected);
  });

  it('ask for the second key where defaults.ini has it, and tell keys apart by fingerprint', () => {
    const section = 'secrets_manager.encryption.secret_key.v1';
    const withKey = (text: string): Partial<NodeFacts> => ({ defaults: `${sampleNodeFacts().defaults}\n[${section}]\nsecret_key = SW2YcwTIb9zpOOhoPsMm\n`, config: sampleConfig(`[${section}]\nsecret_key = ${text}\n`) });
    const facts = sampleFacts();
    const nodesWith = ['k', 'longer'].map((text, index) => ({ ...facts.nodes[index]!, node: { ok: true as const, facts: sampleNodeFacts(withKey(text)) } }));
    const differing = runChecks(everyCheck, { ...facts, nodes: nodesWith }, sampleCluster(), { today: '2027-01-04', fingerprint: (secret) => `<${secret.reveal().length}>` })
      .flatMap(({ judgement }) => ('code' in judgement && judgement.code === 'differ' ? [judgement.found] : []));
    expect(differing).toEqual([`[${section}] secret_key: graf-a has secret <1>, graf-b has secret <6>`]);
  });

  it('refuse a password that Grafana cannot be told, before Grafana meets it', () => {
    const facts = sampleFacts();
    const local = { ...facts.local, databasePassword: { ok: true, facts: new Secret('two words') } } as const;
    expect(findings(sampleCluster(), { ...facts, local })).toEqual(['failed database.password not-writable']);
  });

  it('judge a node that was not reached by its connection alone, and skip the rest with the reason', () => {
    const failure = { kind: 'timeout', found: 'no answer in 10 s', hint: 'ssh ops@10.0.0.11' } as const;
    const missing = { ok: false, missing: 'no connection to graf-a' } as const;
    const facts = sampleFacts();
    const unreached = { ...facts, nodes: [sampleEntry('graf-a', { connection: { ok: false, failure }, node: missing, database: missing }), facts.nodes[1]!] };
    expect(findings(sampleCluster(), unreached)).toEqual(['failed node.ssh@graf-a timeout']);
    const skipped = runChecks(everyCheck, unreached, sampleCluster(), { today: '2027-01-04', fingerprint: (secret) => `<${secret.reveal().length}>` }).filter(({ judgement }) => judgement.outcome === 'skipped');
    expect(new Set(skipped.map(({ judgement }) => 'missing' in judgement && judgement.missing))).toEqual(new Set(['no connection to graf-a']));
  });

  it('tell root from ssh', () => {
    const failure = { kind: 'sudo-wants-password', found: 'sudo wants a password', hint: '--ask-sudo-password' } as const;
    const facts = sampleFacts();
    expect(findings(sampleCluster(), { ...facts, nodes: [{ ...facts.nodes[0]!, connection: { ok: false, failure } }, facts.nodes[1]!] })).toEqual(['failed node.root@graf-a sudo-wants-password']);
  });
});
