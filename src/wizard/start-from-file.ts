import { defaultLayout, parseClusterFile } from '../cluster/cluster-file.ts';
import { clusterFileError } from '../cluster/cluster-file-error.ts';
import type { Cluster, Node } from '../cluster/cluster.ts';
import { present } from '../cluster/present.ts';
import { parseRootUrl } from '../cluster/root-url.ts';
import type { World } from '../world.ts';
import type { InitFlags } from './flags.ts';
import type { NodeLayout } from './parse-layouts.ts';
import { answered, type Answers, type State } from './state.ts';
import type { Step } from './walk.ts';

/** Before anything is asked: a cluster file that is there gives the answers to begin with. UserError (exit 2) with its problems when it does not parse. */
export function startFromFile({ files, screen }: Pick<World, 'files' | 'screen'>, flags: InitFlags): Step<State> {
  const path = files.resolve(flags.file);
  return {
    id: 'file',
    needed: () => true,
    take: async (state) => {
      const text = await files.readText(path);
      if (text === undefined) return { state: flags.pushNever ? answered(state, { push: 'never' }) : state };
      const parsed = parseClusterFile(text, path.replace(/\/[^/]*$/, '') || '/');
      if (!parsed.ok) throw clusterFileError(path, parsed.problems);
      screen.note(`Starts from what ${flags.file} says; its comments stay.`);
      return { state: answered(state, { ...answersOf(parsed.value), ...(flags.pushNever ? { push: 'never' } : {}) }) };
    },
  };
}

/** The answers that lead to this cluster. */
export function answersOf(cluster: Cluster): Partial<Answers> {
  const { name, nodes, database, security, alerting } = cluster;
  const rootUrl = parseRootUrl(cluster.rootUrl);
  const { type, address, name: databaseName, user, sslMode, caCert, maxOpenConn } = database;
  return present({
    before: cluster,
    typedNodes: nodes.map((node) => ({ name: node.name, target: node.target })),
    layouts: new Map(nodes.map((node) => [node.name, layoutOf(node)])),
    database: present({ open: [], type, address, name: databaseName, user, sslMode, caCert, maxOpenConn, serverCertName: type === 'mysql' ? database.serverCertName : undefined }),
    passwordSource: database.password,
    rootUrl: rootUrl.ok ? rootUrl.value : undefined,
    admin: security.adminPassword && { kind: 'source' as const, source: security.adminPassword },
    license: cluster.license?.path,
    gossip: new Map(nodes.flatMap((node) => (node.gossipAddress === undefined ? [] : [[node.name, node.gossipAddress] as const]))),
    gossipPort: alerting.port,
    name,
    label: alerting.label === name ? undefined : alerting.label,
    secrets: cluster.secrets,
    push: cluster.push,
  }) as Partial<Answers>;
}

/** What differs from the packages' own places. */
function layoutOf({ grafana, become }: Node): NodeLayout {
  const own = Object.entries(grafana).filter(([key, value]) => value !== defaultLayout[key as keyof typeof defaultLayout]);
  return { ...Object.fromEntries(own), ...(become === 'auto' ? {} : { become }) };
}
