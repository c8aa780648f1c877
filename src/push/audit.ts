import type { Cluster } from '../cluster/cluster.ts';
import type { NodePlan, Plan } from '../plan/plan.ts';
import { auditScript } from '../shell/push-files.ts';
import type { World } from '../world.ts';
import type { LockPlace } from './lock.ts';

/** Who changed what, when and from where, and how it ended; holds no secret. */
export interface AuditRecord {
  readonly id: string;
  readonly command: 'push' | 'rollback';
  readonly kind: Plan['kind'];
  readonly who: string;
  readonly from: string;
  readonly since: string;
  readonly ended: string;
  /** Keyed hashes before and after, each with the key of its node. */
  readonly files: Readonly<Record<string, readonly { readonly path: string; readonly before?: string; readonly after?: string }[]>>;
  /** What each node was left with. */
  readonly result: Readonly<Record<string, string>>;
}

/** The files of a plan as its audit names them. */
export function auditFiles(nodes: readonly NodePlan[]): AuditRecord['files'] {
  return Object.fromEntries(nodes.filter(({ files }) => files.length > 0).map(({ name, files }) => [name, files.map(({ path, before, hash }) => ({
    path, ...(before === undefined ? {} : { before }), ...(hash === undefined ? {} : { after: hash }),
  }))]));
}

/** Leaves a record on every node and one here, and on the nodes no more backups than are to be kept; a place that cannot take it does not undo the push. */
export async function audit(record: AuditRecord, { name, pushing }: Pick<Cluster, 'name' | 'pushing'>, places: readonly LockPlace[], { files }: Pick<World, 'files'>): Promise<void> {
  const line = JSON.stringify(record);
  const path = files.resolve(localAudit(name));
  const here = async (): Promise<void> => files.write(path, `${(await files.readText(path)) ?? ''}${line}\n`, { mode: 0o600, folderMode: 0o700 });
  await Promise.allSettled([here(), ...places.map(({ connection, statePath }) => connection.run(auditScript(statePath, line, pushing.keep)))]);
}

/** Where this machine keeps what was done to a cluster. */
export function localAudit(cluster: string): string {
  return `~/.config/grafana-ha/${cluster}/audit.jsonl`;
}
