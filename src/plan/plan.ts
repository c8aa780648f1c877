import type { Shown } from '../settings/shown.ts';
import type { Override } from '../settings/override.ts';

/** What a push is going to change, as plain data: it holds no secret and no plain hash of one. */
export interface Plan {
  /** `roll`: one node at a time. `move`: all stop before the first starts again. */
  readonly kind: 'nothing' | 'roll' | 'move';
  /** The settings that make it a move. */
  readonly moved: readonly string[];
  /** Starts first and alone. */
  readonly founder: string;
  /** Set when the first start changes the tables of a database in use: the version that runs on it, and the one that is installed. */
  readonly schema?: { readonly from: string; readonly to: string };
  /** Nodes that are left out, and are not as the cluster file says, or not known to be. */
  readonly behind?: readonly string[];
  /** In the order of the push, founder first; nodes that need nothing are there too. */
  readonly nodes: readonly NodePlan[];
}

export interface NodePlan {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly files: readonly PlannedFile[];
  /** Settings that are right, though something else than the config decides them. */
  readonly overridden: readonly Overridden[];
  readonly action: 'none' | 'start' | 'restart';
  /** The config as it was found, with a keyed hash; absent: there was none. */
  readonly found?: { readonly path: string; readonly hash: string };
  /** Set when the push before did not end with this node: it has that push's config, and its Grafana is stopped, still runs on what was before, or was started without being seen healthy. */
  readonly left?: 'stopped' | 'unread' | 'started';
  /** Whether it ran when the facts were gathered. */
  readonly running: boolean;
}

/** A setting before and after. */
export interface Change {
  readonly section: string;
  readonly key: string;
  readonly before: Shown;
  readonly after: Shown;
  /** Somebody changed it since our last push, which had left this. */
  readonly theirs?: Shown;
}

/** A setting that the config would say like this, and what says it instead. */
export interface Overridden extends Override {
  readonly section: string;
  readonly key: string;
  readonly value: Shown;
}

export interface PlannedFile {
  readonly what: 'config' | 'secret' | 'certificate' | 'license';
  readonly path: string;
  /** `user:group`; undefined: as it is. */
  readonly owner?: string;
  readonly mode?: string;
  /** Keyed; absent: the file goes. */
  readonly hash?: string;
  /** Keyed hash of what lies there now; absent: nothing does. */
  readonly before?: string;
  /** Somebody changed the file since our last push. */
  readonly theirs?: true;
}

/** Whether a push would change and start nothing. */
export function isEmpty(plan: Plan): boolean {
  return plan.kind === 'nothing';
}

/** Whether it would undo what somebody else changed. */
export function hasTheirs({ nodes }: Plan): boolean {
  return nodes.some(isTheirs);
}

/** Whether somebody else changed what it would change on this node. */
export function isTheirs({ changes, files }: NodePlan): boolean {
  return [...changes, ...files].some(({ theirs }) => theirs !== undefined);
}

/** How many times a Grafana goes away and comes back. */
export function countRestarts(plan: Plan): number {
  return plan.nodes.filter(({ action }) => action === 'restart').length;
}
