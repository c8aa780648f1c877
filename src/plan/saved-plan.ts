import { isEmpty } from './plan.ts';
import type { NodePlan, Plan } from './plan.ts';

/** A plan as it is saved for review: it holds no secret, and no hash that can be tried against guesses without a key from the nodes. */
export interface SavedPlan extends Plan {
  readonly format: 1;
  readonly cluster: string;
  /** UTC. */
  readonly made: string;
  readonly by: string;
  /** With a key from the nodes it gives the secrets that are made new. */
  readonly salt: string;
  /** False: a node had no key yet, and the hashes cannot be verified later. */
  readonly keyed: boolean;
  /** Whether the one who made it took back what somebody else changed. */
  readonly overwrite: boolean;
}

/** Reads a saved plan; undefined when the text is none. */
export function parseSavedPlan(text: string): SavedPlan | undefined {
  try {
    const read = JSON.parse(text) as Partial<SavedPlan> | null;
    return read?.format === 1 && typeof read.salt === 'string' && typeof read.cluster === 'string' && Array.isArray(read.nodes) ? (read as SavedPlan) : undefined;
  } catch {
    return undefined;
  }
}

/** What keeps a saved plan from being what would happen now, one sentence a node and file; nothing: it is the same. */
export function comparePlans(saved: Plan, now: Plan): readonly string[] {
  const found = saved.nodes.flatMap((node) => {
    const other = now.nodes.find(({ name }) => name === node.name);
    return other === undefined ? [`${node.name}: it is not reached`] : compareNodes(node, other);
  });
  if (found.length > 0) return found;
  if (isEmpty(now) && !isEmpty(saved)) return ['the nodes are as the plan wants them already'];
  return unsalted(saved) === unsalted(now) ? [] : ['the nodes, their order or the cluster file are not as they were'];
}

function compareNodes(saved: NodePlan, now: NodePlan): readonly string[] {
  const about = (words: string): string => `${saved.name}: ${words}`;
  if (saved.found?.hash !== now.found?.hash || saved.found?.path !== now.found?.path) return [about(`${now.found?.path ?? saved.found?.path} was changed`)];
  if (saved.running !== now.running) return [about(now.running ? 'its Grafana was started' : 'its Grafana was stopped')];
  const paths = [...new Set([...saved.files, ...now.files].map(({ path }) => path))];
  return paths.flatMap((path) => {
    const [then, today] = [saved, now].map(({ files }) => files.find((file) => file.path === path));
    if (then !== undefined && today !== undefined && then.before !== today.before) return [about(`${path} was changed`)];
    return then?.hash === today?.hash ? [] : [about(`${path} would become something else: the cluster file, or a file or secret that it names, was changed`)];
  });
}

/** Fingerprints on a screen are salted anew each time; what they stand for is in the hashes of the files. */
function unsalted({ kind, moved, founder, nodes }: Plan): string {
  return JSON.stringify({ kind, moved, founder, nodes }, (key, value: unknown) => (key === 'fingerprint' ? '' : value));
}
