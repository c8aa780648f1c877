import { clusterDefaults } from '../cluster/cluster-defaults.ts';
import type { Cluster, Database, Node } from '../cluster/cluster.ts';
import { defaultLayout } from '../cluster/cluster-file.ts';
import { present } from '../cluster/present.ts';
import { defaultClusterName } from '../cluster/root-url.ts';
import { UserError, ExitCode } from '../errors.ts';
import type { Files } from '../world.ts';
import type { InitFlags } from './flags.ts';
import type { Answers, DatabaseDraft } from './state.ts';

/** The cluster that the answers describe; the steps have asked for everything by then. */
export function makeCluster(answers: Answers, ssh: Cluster['ssh']): Cluster {
  const { rootUrl, admin, before } = answers;
  if (rootUrl === undefined) throw new Error('the shared URL was not asked');
  const name = answers.name ?? defaultClusterName(rootUrl);
  const redis = answers.redis ?? before?.redis;
  return {
    name,
    rootUrl: rootUrl.url,
    secrets: answers.secrets ?? 'files',
    push: answers.push ?? 'allowed',
    ...(before?.settings === undefined ? {} : { settings: before.settings }),
    ssh,
    nodes: makeNodes(answers),
    database: { ...makeDatabase(answers), ...(before?.database.client === undefined ? {} : { client: before.database.client }) },
    security: {
      secretKey: { kind: 'nodes' },
      adminUser: 'admin',
      ...before?.security,
      ...(admin === undefined ? {} : { adminPassword: admin.kind === 'source' ? admin.source : { kind: 'file', path: keptAdminPassword(name) } }),
    },
    ...makeLicense(answers),
    alerting: { mode: 'gossip', ...before?.alerting, ...(answers.redis === undefined ? {} : { mode: 'redis' }), port: answers.gossipPort, label: answers.label ?? name },
    ...(redis === undefined ? {} : { redis }),
    ...(before?.live === undefined ? {} : { live: before.live }),
    pushing: before?.pushing ?? { keep: clusterDefaults.keep },
    ...(before?.hooks === undefined ? {} : { hooks: before.hooks }),
    ignored: (before?.ignored ?? []).filter(({ node }) => node === undefined || answers.nodes.some((one) => one.name === node)),
  };
}

/** A path that was named takes the place of whatever the cluster file says. */
function makeLicense({ license, before }: Answers): Pick<Cluster, 'license'> {
  if (license !== undefined) return { license: { path: license, autoRefresh: before?.license?.autoRefresh ?? true } };
  return before?.license?.text === undefined ? {} : { license: before.license };
}

/** How ssh is called: as the flag says, else as the cluster file does. */
export function sshOptions({ before }: Pick<Answers, 'before'>, { sshConfig }: InitFlags, files: Pick<Files, 'resolve'>): Cluster['ssh'] {
  return present({ perHop: before?.ssh.perHop ?? clusterDefaults.perHop, config: sshConfig === undefined ? before?.ssh.config : files.resolve(sshConfig) });
}

/** Where a generated password of the first admin is kept for the person. */
export function keptAdminPassword(clusterName: string): string {
  return `~/.config/grafana-ha/${clusterName}/admin_password`;
}

export function makeNodes({ nodes, gossip, layouts, before }: Pick<Answers, 'nodes' | 'gossip' | 'layouts' | 'before'>): readonly Node[] {
  return nodes.map(({ name, target }) => {
    const { become = 'auto', ...grafana } = layouts.get(name) ?? {};
    const gossipAddress = gossip.get(name);
    const nat = before?.nodes.find((node) => node.name === name)?.nat;
    return { name, target, become, ...(gossipAddress === undefined ? {} : { gossipAddress }), ...(nat === undefined ? {} : { nat }), grafana: { ...defaultLayout, ...grafana } };
  });
}

/** The database of the cluster, TLS fully verified unless something else was said. */
export function makeDatabase({ database, passwordSource }: Pick<Answers, 'database' | 'passwordSource'>): Database {
  const { type, address, name, user, caCert, serverCertName, maxOpenConn } = database;
  if (type === undefined || address === undefined || name === undefined || user === undefined) throw new Error('the database was not asked');
  const base = present({ address, name, user, password: passwordSource, caCert, maxOpenConn });
  return type === 'postgres'
    ? { type, ...base, sslMode: postgresMode(database.sslMode) }
    : present({ type, ...base, sslMode: mysqlMode(database.sslMode), serverCertName });
}

function postgresMode(mode: DatabaseDraft['sslMode'] = 'verify-full'): 'verify-full' | 'verify-ca' | 'require' | 'disable' {
  if (mode === 'true' || mode === 'skip-verify') throw wrongMode(mode, 'postgres', 'verify-full, verify-ca, require or disable');
  return mode;
}

function mysqlMode(mode: DatabaseDraft['sslMode'] = 'true'): 'true' | 'skip-verify' | 'disable' {
  if (mode === 'verify-full' || mode === 'verify-ca' || mode === 'require') throw wrongMode(mode, 'mysql', 'true, skip-verify or disable');
  return mode;
}

function wrongMode(mode: string, type: string, modes: string): UserError {
  return new UserError(`--ssl-mode: ${mode} is no mode of Grafana's for ${type}.`, { hint: `--ssl-mode ${modes}`, exitCode: ExitCode.WrongUsage });
}
