import type { NodeFacts } from '../facts.ts';
import { fileAt } from '../plan/node-outcome.ts';
import type { LeftFiles } from '../plan/pushed.ts';
import type { PushNotes } from '../shell/push-files.ts';
import type { LockHolder } from './lock.ts';
import { writePushed } from './node-memory.ts';
import type { PreparedPush } from './prepare-push.ts';

/** Lies in every backup: which push made it, and what ran then. */
export interface BackupRecord {
  readonly id: string;
  readonly command: PreparedPush['command'];
  readonly kind: PreparedPush['plan']['kind'];
  readonly who: string;
  readonly from: string;
  readonly since: string;
  /** Nodes on which it replaced files. */
  readonly nodes: readonly string[];
  /** Of the Grafana on this node, such as `12.2.0`. */
  readonly version?: string;
  /** Steps of Grafana's migrations that the database had seen. */
  readonly migrations?: number;
  /** The files it made, replaced or removed, with what each is. */
  readonly files: Readonly<Record<string, string>>;
}

/** What a push writes down on each node beside its files, by name. */
export function backupNotes(prepared: PreparedPush, { id, who, from, since }: LockHolder): ReadonlyMap<string, PushNotes> {
  const { plan, outcomes, command, migrations } = prepared;
  const nodes = plan.nodes.filter(({ files }) => files.length > 0).map(({ name }) => name);
  return new Map(plan.nodes.map(({ name, files }) => {
    const facts = outcomes.find(({ node }) => node.name === name)?.facts;
    const version = facts?.grafana?.version;
    const record: BackupRecord = {
      id, command, kind: plan.kind, who, from, since, nodes,
      ...(version === undefined ? {} : { version }), ...(migrations === undefined ? {} : { migrations }),
      files: Object.fromEntries(files.map(({ path, what }) => [path, what])),
    };
    const configPath = facts?.configPath ?? '';
    const kept = Object.entries(facts === undefined ? {} : filesLeft(prepared, name, facts)).filter(([path]) => !files.some((file) => file.path === path));
    const left = [...kept, ...files.flatMap(({ what, path, hash }) => (what === 'config' || hash === undefined ? [] : [[path, hash] as const]))];
    return [name, { record: JSON.stringify(record), pushed: writePushed({ configPath, files: Object.fromEntries(left) }), config: { path: configPath, expectedSha256: facts?.config?.sha256 } }];
  }));
}

/** The files beside the config of a node that earlier pushes made, as they lie there, with what a later edit is measured by. */
export function filesLeft({ command, memories, keyedHash }: Pick<PreparedPush, 'command' | 'memories' | 'keyedHash'>, name: string, facts: Pick<NodeFacts, 'files'>): LeftFiles['files'] {
  const { last, interrupted } = memories.get(name)?.pushed ?? {};
  return Object.fromEntries(Object.entries({ ...interrupted?.files, ...last?.files }).flatMap(([path, left]) => {
    const lies = fileAt(path, facts);
    if (lies === undefined) return [];
    const hash = keyedHash(name, lies.sha256);
    // What a push leaves alone is as it wants it, whoever made it so; a rollback asks for nothing there.
    return [[path, command === 'push' || hash === interrupted?.files[path] ? hash : left]];
  }));
}
