import type { OnFailure } from '../cluster/cluster.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { ReachOptions } from './load-cluster.ts';

/** The options as they are typed. */
export interface PushOptions extends ReachOptions {
  /** `true`: the bare flag. */
  readonly nodes?: readonly string[] | true;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly breakLock?: boolean;
  readonly leaveSqlite?: boolean;
  readonly adminPassword?: string;
  /** Write the plan to this file and stop. */
  readonly savePlan?: string;
  /** Apply the plan in this file, and nothing else. */
  readonly plan?: string;
  /** Take back what somebody changed on the nodes. */
  readonly overwrite?: boolean;
  /** Take over what somebody changed on the nodes. */
  readonly adopt?: boolean;
  /** Absent: as the cluster file says. */
  readonly onFailure?: OnFailure;
  /** The person's word, for a start that changes the tables. */
  readonly databaseBackupExists?: boolean;
}

/** Throws UserError for two options that contradict each other. */
export function refuseTogether(options: PushOptions): void {
  const pairs = [['plan', 'nodes'], ['plan', 'savePlan'], ['plan', 'dryRun'], ['plan', 'adopt'], ['plan', 'overwrite'], ['adopt', 'overwrite'], ['adopt', 'savePlan']] as const;
  const wrong = pairs.find((pair) => pair.every((name) => options[name] !== undefined && options[name] !== false));
  if (wrong === undefined) return;
  const [one, other] = wrong.map((name) => (name === 'savePlan' ? '--save-plan' : name === 'dryRun' ? '--dry-run' : `--${name}`));
  throw new UserError(`${one} and ${other} do not go together.`, { hint: 'grafana-ha push --help', exitCode: ExitCode.WrongUsage });
}
