import { ExitCode } from '../errors.ts';
import type { StepFailure } from './steps.ts';
import type { MeshView } from './wait-mesh.ts';

/** What a push left behind on a node. */
export type NodeState =
  /** As the plan wants it, and healthy. */
  | 'healthy'
  /** Needed nothing, or its turn did not come: as it was before. */
  | 'untouched'
  /** Has its old files back and is as it was before. */
  | 'restored'
  /** Has its old files back and does not come up with them. */
  | 'down'
  /** New files, not running. */
  | 'stopped'
  /** New files, started, and not waited for. */
  | 'started'
  /** The failure says what was tried last. */
  | 'unknown';

export interface NodeResult {
  readonly name: string;
  readonly state: NodeState;
  readonly seconds?: number;
  /** What the nodes that run see of each other; absent: nobody looked. */
  readonly mesh?: MeshView;
  readonly failures: readonly StepFailure[];
}

export interface Rolled {
  readonly nodes: readonly NodeResult[];
  readonly interrupted: boolean;
  /** Nodes that were left out and are not as the cluster file says; absent: none. */
  readonly behind?: readonly string[];
}

/** 0 when every node is well; 3 when it went wrong before anything was changed; else 4, also for a cluster that is left mixed on purpose: what watches exit codes must not take it for done. */
export function exitCodeOf({ nodes, interrupted, behind = [] }: Rolled): ExitCode {
  if (!interrupted && nodes.every(({ failures }) => failures.length === 0)) return behind.length > 0 ? ExitCode.EndedBadly : ExitCode.Done;
  const unchanged = nodes.every(({ state }) => state === 'untouched');
  if (unchanged) return interrupted ? ExitCode.Cancelled : ExitCode.NotAsItShouldBe;
  return ExitCode.EndedBadly;
}
