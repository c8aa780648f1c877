import type { Cluster } from '../cluster/cluster.ts';
import { listBackupsScript, readBackupList } from '../shell/push-backups.ts';
import type { NodeConnection } from '../world.ts';
import type { AuditRecord } from './audit.ts';
import type { BackupRecord } from './backup-notes.ts';

/** One push that can be taken back, as the nodes tell it. */
export interface PastPush extends Omit<BackupRecord, 'version' | 'migrations' | 'files'> {
  /** What it wrote down on each node that has its backup. */
  readonly backups: ReadonlyMap<string, BackupRecord>;
  /** What each node was left with; absent: it did not live to say. */
  readonly result?: AuditRecord['result'];
}

/** Reads which pushes left backups on these nodes, the latest first. */
export async function gatherPastPushes(cluster: Cluster, connections: readonly NodeConnection[]): Promise<readonly PastPush[]> {
  const backups = new Map<string, Map<string, BackupRecord>>();
  const results = new Map<string, AuditRecord['result']>();
  await Promise.all(connections.map(async (connection) => {
    const node = cluster.nodes.find(({ name }) => name === connection.name);
    if (node === undefined) return;
    const { records, audit } = readBackupList((await connection.run(listBackupsScript(node.grafana.statePath))).stdout);
    for (const [id, line] of records) {
      const record = parse<BackupRecord>(line);
      if (record !== undefined) backups.set(id, (backups.get(id) ?? new Map<string, BackupRecord>()).set(connection.name, record));
    }
    for (const line of audit) {
      const ended = parse<AuditRecord>(line);
      if (ended !== undefined) results.set(ended.id, ended.result);
    }
  }));
  return [...backups].toSorted(([one], [other]) => (one < other ? 1 : -1)).flatMap(([id, held]) => {
    const [record] = held.values();
    if (record === undefined) return [];
    const { command, kind, who, from, since, nodes } = record;
    const result = results.get(id);
    return [{ id, command, kind, who, from, since, nodes, backups: held, ...(result === undefined ? {} : { result }) }];
  });
}

/** Nodes whose files a push replaced, and which do not have its backup any more. */
export function lacking({ nodes, backups, result }: PastPush): readonly string[] {
  return nodes.filter((name) => !backups.has(name) && result?.[name] !== 'untouched');
}

function parse<Value extends { readonly id: string }>(line: string): Value | undefined {
  try {
    const value = JSON.parse(line) as Partial<Value> | null;
    return typeof value?.id === 'string' ? (value as Value) : undefined;
  } catch {
    return undefined;
  }
}
