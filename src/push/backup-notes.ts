import type { Pushed } from '../plan/pushed.ts';
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
export function backupNotes({ plan, outcomes, memories, command, migrations }: PreparedPush, { id, who, from, since }: LockHolder): ReadonlyMap<string, PushNotes> {
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
    const kept: Pushed['files'] = memories.get(name)?.pushed.at(-1)?.files ?? {};
    const left = [...Object.entries(kept).filter(([path]) => !files.some((file) => file.path === path)), ...files.flatMap(({ what, path, hash }) => (what === 'config' || hash === undefined ? [] : [[path, hash] as const]))];
    return [name, { record: JSON.stringify(record), pushed: writePushed(configPath, Object.fromEntries(left)), configPath }];
  }));
}
