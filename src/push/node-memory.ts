import type { Cluster } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import type { LeftFiles, Pushed } from '../plan/pushed.ts';
import { keepKeyScript, readState, stateFolderScript } from '../shell/push-state.ts';
import type { StoredNote } from '../shell/push-state.ts';
import type { NodeConnection, World } from '../world.ts';

/** What the state folder of a node holds of earlier pushes. */
export interface NodeMemory {
  readonly isPending: boolean;
  /** Of stored fingerprints; made here where the node has none yet. */
  readonly key: Secret;
  readonly isKeyNew: boolean;
  /** Absent: no push has made all its files live here. */
  readonly pushed?: Pushed;
}

/** What is remembered about every node, by name. */
export type Memories = ReadonlyMap<string, NodeMemory>;

/** Reads what earlier pushes left on every connected node; changes nothing. */
export async function gatherMemories(cluster: Cluster, connections: readonly NodeConnection[], { local }: Pick<World, 'local'>): Promise<Memories> {
  const memories = await Promise.all(cluster.nodes.map(async ({ name, grafana }) => {
    const connection = connections.find((one) => one.name === name);
    if (connection === undefined) return [];
    const { pending, key, pushed, interrupted } = readState((await connection.run(stateFolderScript(grafana.statePath))).stdout);
    return [[name, {
      isPending: pending !== '',
      key: new Secret(key ?? Buffer.from(local.random(32)).toString('hex')),
      isKeyNew: key === undefined,
      ...readPushed(readNote(pushed), readNote(interrupted)),
    }] as const];
  }));
  return new Map(memories.flat());
}

/** Leaves the new keys on their nodes. Gives the names of nodes that have got another one meanwhile. */
export async function keepKeys(cluster: Cluster, connections: readonly NodeConnection[], memories: Memories): Promise<readonly string[]> {
  const others = await Promise.all(connections.map(async (connection) => {
    const memory = memories.get(connection.name);
    const statePath = cluster.nodes.find(({ name }) => name === connection.name)?.grafana.statePath;
    if (memory?.isKeyNew !== true || statePath === undefined) return [];
    const kept = (await connection.run(keepKeyScript(statePath, memory.key.reveal()))).stdout.trim();
    return kept === memory.key.reveal() ? [] : [connection.name];
  }));
  return others.flat();
}

/** The digest of a content, hashed again with the key of a node: only who is root there can try guesses against it. */
export function keyedHashes(memories: Memories, { local }: Pick<World, 'local'>): (node: string, sha256: string) => string {
  return (node, sha256) => local.sha256(`${memories.get(node)?.key.reveal()} ${sha256}`);
}

/** A first push that was killed says nothing of what lay there before it. */
function readPushed(last: LeftFiles | undefined, interrupted: LeftFiles | undefined): Pick<NodeMemory, 'pushed'> {
  return last === undefined ? {} : { pushed: { last, ...(interrupted === undefined ? {} : { interrupted }) } };
}

/** A note that cannot be read is as good as none. */
function readNote(note: StoredNote | undefined): LeftFiles | undefined {
  if (note === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(note.files);
    return isNote(read) ? { configPath: read.configPath, files: read.files, config: note.config } : undefined;
  } catch {
    return undefined;
  }
}

function isNote(read: unknown): read is Omit<LeftFiles, 'config'> {
  return isObject(read) && typeof read.configPath === 'string' && isObject(read.files) && Object.values(read.files).every((hash) => typeof hash === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** What a node is to remember of these files beside its config, as one line. */
export function writePushed({ configPath, files }: Omit<LeftFiles, 'config'>): string {
  return JSON.stringify({ configPath, files });
}
