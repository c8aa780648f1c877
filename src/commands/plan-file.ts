import type { Cluster } from '../cluster/cluster.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { comparePlans, parseSavedPlan } from '../plan/saved-plan.ts';
import type { SavedPlan } from '../plan/saved-plan.ts';
import type { PreparedPush } from '../push/prepare-push.ts';
import type { World } from '../world.ts';

/** A plan as JSON, to be read, kept and applied later. */
export function writePlan({ plan, cluster, memories, salt }: PreparedPush, { overwrite = false, savePlan }: { readonly overwrite?: boolean; readonly savePlan?: string }, { clock, local }: Pick<World, 'clock' | 'local'>): string {
  const saved: SavedPlan = {
    format: 1, cluster: cluster.name, made: clock.now().toISOString(), by: `${local.userName}@${local.hostName}`, salt,
    keyed: savePlan !== undefined || ![...memories.values()].some(({ isKeyNew }) => isKeyNew), overwrite, ...plan,
  };
  return JSON.stringify(saved, null, 2);
}

/** Reads a saved plan of this cluster; UserError (exit 2) when the file holds none. */
export async function readPlan(path: string, cluster: Cluster, { files, local }: Pick<World, 'files' | 'local'>): Promise<SavedPlan> {
  const wrong = (found: string): UserError => new UserError(found, { hint: `Make one: grafana-ha push --save-plan ${path}`, exitCode: ExitCode.WrongUsage });
  const text = await files.readText(files.resolve(path, local.cwd));
  if (text === undefined) throw wrong(`There is no file ${path}.`);
  const saved = parseSavedPlan(text);
  if (saved === undefined) throw wrong(`${path} holds no plan of this program.`);
  if (saved.cluster !== cluster.name) throw wrong(`The plan in ${path} is for the cluster ${saved.cluster}, and the cluster file is that of ${cluster.name}.`);
  if (!saved.keyed) throw wrong(`The plan in ${path} was printed before every node had a key to verify it with.`);
  return saved;
}

/** The nodes that a saved plan is about; undefined: all. */
export function plannedNodes({ nodes }: SavedPlan, cluster: Cluster): readonly string[] | undefined {
  const planned = cluster.nodes.map(({ name }) => name).filter((name) => nodes.some((node) => node.name === name));
  return planned.length === cluster.nodes.length ? undefined : planned;
}

/** UserError (exit 3) with every node and file that makes a saved plan another one than what would happen now. */
export function refuseChanged(saved: SavedPlan, now: Plan): void {
  const found = comparePlans(saved, now);
  if (found.length === 0) return;
  throw new UserError(`The saved plan of ${saved.made} is not what a push would do now; nothing was changed.\n${found.map((words) => `  ${words}`).join('\n')}`, { hint: 'Make a new one: grafana-ha push --save-plan FILE' });
}
