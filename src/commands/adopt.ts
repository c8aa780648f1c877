import { editClusterFile } from '../cluster/cluster-file-edit.ts';
import { clusterFileError } from '../cluster/cluster-file-error.ts';
import { parseClusterFile } from '../cluster/cluster-file.ts';
import { UserError } from '../errors.ts';
import { editIni } from '../grafana/edit-ini.ts';
import { adoptionsOf } from '../plan/adopt.ts';
import type { Adoption } from '../plan/adopt.ts';
import type { PreparedPush } from '../push/prepare-push.ts';
import type { World } from '../world.ts';

export interface AdoptOptions {
  readonly file?: string;
  readonly dryRun?: boolean;
}

/** Takes what somebody changed on the nodes into the cluster file and the ini beside it, in place, and says so. Rejects with UserError, nothing written, when a part of it cannot be taken. */
export async function adopt({ plan, outcomes, cluster }: PreparedPush, { file = 'grafana-ha.ini', dryRun = false }: AdoptOptions, { files, local, screen }: World): Promise<void> {
  const { adopted, refused } = adoptionsOf(plan, outcomes, cluster);
  if (refused.length > 0) throw new UserError(`Not all of it can be taken over; nothing was written.\n${refused.map((words) => `  ${words}`).join('\n')}`, { hint: 'Take it back: grafana-ha push --overwrite' });

  const path = files.resolve(file, local.cwd);
  const texts = [
    { path, shown: file, ...edited(await files.readText(path) ?? '', adopted.filter(({ place }) => place === 'cluster file'), editCluster(path)) },
    ...(cluster.settings === undefined ? [] : [{ path: cluster.settings, shown: cluster.settings, ...edited(await files.readText(cluster.settings) ?? '', adopted.filter(({ place }) => place === 'base'), editIni) }]),
  ];
  for (const { path: place, shown, before, after, changes } of texts) {
    if (before === after) continue;
    if (!dryRun) await files.write(place, after);
    for (const { section, key, value, node } of changes) {
      screen.note(`${dryRun ? 'would write' : 'wrote'} to ${shown}: [${section}] ${value === undefined ? `without ${key}` : `${key} = ${value}`}, as ${node} has it`);
    }
  }
}

type Edit = (text: string, changes: readonly { readonly section: string; readonly key: string; readonly written: string | undefined }[]) => string;

function edited(before: string, adopted: readonly Adoption[], edit: Edit): { readonly before: string; readonly after: string; readonly changes: readonly Adoption[] } {
  return { before, after: edit(before, adopted.map(({ section, key, value }) => ({ section, key, written: value }))), changes: adopted };
}

/** A cluster file that would not parse is not written. */
function editCluster(path: string): Edit {
  return (text, changes) => {
    const after = editClusterFile(text, changes.map(({ section, key, written }) => ({ section, key, value: written })));
    const parsed = parseClusterFile(after, path.replace(/\/[^/]*$/, '') || '/');
    if (!parsed.ok) throw clusterFileError(path, parsed.problems);
    return after;
  };
}
