import { UserError } from '../errors.ts';
import { breakLockScript, lockedExit, lockScript, unlockScript } from '../shell/push-lock.ts';
import type { NodeConnection, World } from '../world.ts';

export interface LockPlace {
  readonly connection: NodeConnection;
  readonly statePath: string;
}

/** What a second person is told. */
export interface LockHolder {
  readonly id: string;
  readonly who: string;
  readonly from: string;
  readonly since: string;
  readonly doing: string;
}

/** Runs work while this push holds the lock of every node. Rejects with UserError (exit 3) that names the holder when another one has it. */
export async function withLock<Result>(places: readonly LockPlace[], holder: LockHolder, breaking: boolean, world: Pick<World, 'screen'>, work: () => Promise<Result>): Promise<Result> {
  const text = JSON.stringify(holder);
  if (breaking) await Promise.all(places.map(({ connection, statePath }) => connection.run(breakLockScript(statePath))));
  const taken: LockPlace[] = [];
  try {
    // The first node decides between two pushes that begin together; in parallel each could hold a half.
    for (const place of places) {
      await take(place, text);
      taken.push(place);
    }
    return await work();
  } finally {
    const released = await Promise.allSettled(taken.map(({ connection, statePath }) => connection.run(unlockScript(statePath, text))));
    for (const [index, { status }] of released.entries()) {
      if (status === 'rejected') world.screen.note(`The lock on ${taken[index]!.connection.name} could not be given back; the next push needs --break-lock.`);
    }
  }
}

async function take({ connection, statePath }: LockPlace, holder: string): Promise<void> {
  const answer = await connection.run(lockScript(statePath, holder));
  if (answer.exitCode === 0) return;
  if (answer.exitCode !== lockedExit) {
    throw new UserError(`${statePath} on ${connection.name} cannot be used: ${answer.stderr.trim() || `exit ${answer.exitCode}`}.`, { hint: 'Set state_path under [grafana] of the cluster file.' });
  }
  throw new UserError(`Another push holds the lock on ${connection.name}: ${describe(answer.stdout)}.`, { hint: 'Wait for it; if it is known to be dead: grafana-ha push --break-lock' });
}

function describe(stdout: string): string {
  try {
    const { who, from, since, doing } = JSON.parse(stdout) as LockHolder;
    return `${who} from ${from}, since ${since}, ${doing}`;
  } catch {
    return 'it does not say whose it is';
  }
}
