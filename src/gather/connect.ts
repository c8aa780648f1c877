import type { Cluster } from '../cluster/cluster.ts';
import { nearest } from '../cluster/nearest.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { ConnectOutcome, NodeConnection, World } from '../world.ts';

export interface ConnectedNodes extends AsyncDisposable {
  /** One a node that was asked for, in the cluster's order. */
  readonly outcomes: readonly ConnectOutcome[];
  connection(name: string): NodeConnection | undefined;
}

export interface ConnectNodesOptions {
  /** Absent: all. */
  readonly nodes?: readonly string[];
  readonly hostKeys?: readonly string[];
  readonly askSudoPassword?: boolean;
  /** Hears what each node is at. */
  readonly tell?: (name: string, doing: string) => void;
}

/** Connects to all nodes of the cluster, or to the named ones, at once; `await using` closes them. */
export async function connectNodes(world: Pick<World, 'connect'>, cluster: Cluster, options: ConnectNodesOptions = {}): Promise<ConnectedNodes> {
  const outcomes = await world.connect(
    chooseNodes(cluster, options.nodes).map(({ name, target, become }) => ({ name, target, become })),
    {
      ...(cluster.ssh.config === undefined ? {} : { config: cluster.ssh.config }),
      perHop: cluster.ssh.perHop,
      hostKeys: options.hostKeys ?? [],
      askSudoPassword: options.askSudoPassword ?? false,
      ...(options.tell === undefined ? {} : { tell: options.tell }),
    },
  );
  const connections = new Map(outcomes.flatMap((outcome) => ('connection' in outcome ? [[outcome.name, outcome.connection] as const] : [])));
  return {
    outcomes,
    connection: (name) => connections.get(name),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...connections.values()].map((connection) => connection.close()));
    },
  };
}

function chooseNodes(cluster: Cluster, names: readonly string[] | undefined): Cluster['nodes'] {
  if (names === undefined) return cluster.nodes;
  const known = cluster.nodes.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`The cluster file names no node "${unknown}".`, { hint: `--nodes ${nearest(unknown, known) ?? known.join(',')}`, exitCode: ExitCode.WrongUsage });
  }
  return cluster.nodes.filter(({ name }) => names.includes(name));
}
