import type { Cluster } from './cluster.ts';
import { parseClusterFile } from './cluster-file.ts';
import { editClusterFile, type ClusterFileChange } from './cluster-file-edit.ts';
import { readEntries, type Entry } from './cluster-file-entries.ts';
import { renderClusterFile } from './cluster-file-render.ts';

/** The text of a cluster file that parses, so changed that it says `wanted`: only values that differ are touched, and every comment stays. */
export function updateClusterFile(text: string, wanted: Cluster, folder: string): string {
  const current = parseClusterFile(text, folder);
  if (!current.ok) return renderClusterFile(wanted, folder);
  if (says(text, wanted, folder)) return text;
  const ordered = isReordered(current.value, wanted) ? editClusterFile(text, readEntries(text).entries.flatMap(({ section, key }) => (section === 'nodes' ? [{ section, key, value: undefined }] : []))) : text;

  const goal = renderClusterFile(wanted, folder);
  const edited = editClusterFile(ordered, difference(entriesOf(renderClusterFile(current.value, folder)), entriesOf(goal), ordered !== text));
  if (says(edited, wanted, folder)) return edited;
  // Something stands where this file says it in another way, such as for one node what we would say for all.
  return editClusterFile(ordered, difference(entriesOf(text), entriesOf(goal), true));
}

/** Two cluster files mean the same when they would be rendered the same. */
function says(text: string, wanted: Cluster, folder: string): boolean {
  const parsed = parseClusterFile(text, folder);
  return parsed.ok && meaning(parsed.value, folder) === meaning(wanted, folder);
}

/** In which order findings are accepted is of no matter. */
function meaning(cluster: Cluster, folder: string): string {
  const ignored = cluster.ignored.toSorted((one, other) => (`${one.check}@${one.node}` < `${other.check}@${other.node}` ? -1 : 1));
  return renderClusterFile({ ...cluster, ignored }, folder);
}

/** The order of nodes breaks ties, and new ones are added at the end. */
function isReordered({ nodes: before }: Cluster, { nodes: after }: Cluster): boolean {
  const kept = before.filter(({ name }) => after.some((node) => node.name === name));
  return !kept.every(({ name }, index) => after[index]?.name === name);
}

/** `whole`: the same values are written once more. */
function difference(before: readonly Entry[], after: readonly Entry[], whole: boolean): readonly ClusterFileChange[] {
  const find = (entries: readonly Entry[], { section, key }: Entry): Entry | undefined => entries.find((entry) => entry.section === section && entry.key === key);
  return [
    ...before.flatMap((entry) => (find(after, entry) === undefined ? [{ section: entry.section, key: entry.key, value: undefined }] : [])),
    ...after.flatMap((entry) => (whole || find(before, entry)?.value !== entry.value ? [{ section: entry.section, key: entry.key, value: entry.value }] : [])),
  ];
}

function entriesOf(text: string): readonly Entry[] {
  return readEntries(text).entries;
}
