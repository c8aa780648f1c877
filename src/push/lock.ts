import { UserError } from '../errors.ts';
import { breakLockScript, keepLockScript, lockedExit, lockScript, lookAtLockScript, readLock, takeOverScript, unlockScript } from '../shell/push-lock.ts';
import type { HeldLock } from '../shell/push-lock.ts';
import type { NodeConnection, World } from '../world.ts';

export interface LockPlace {
  readonly connection: NodeConnection;
  readonly statePath: string;
  /** Where a push stages files. */
  readonly folders: readonly string[];
}

/** What a second person is told. */
export interface LockHolder {
  readonly id: string;
  readonly who: string;
  readonly from: string;
  readonly since: string;
  readonly doing: string;
  /** Names the process that pushes, on its own machine; absent where that cannot be told. */
  readonly process?: string;
}

type Outside = Pick<World, 'screen' | 'clock' | 'local'>;

/** How long the shell of one's own push that was killed may take to end: it ends the script that it is in. */
const endingMs = 10_000;
/** How long an sshd may take to see that its client is gone, once the look at the lock made it send. */
const resetMs = 1_000;

/** Runs work while this push holds the lock of every node. Rejects with UserError (exit 3) that names the holder when another one has it. */
export async function withLock<Result>(places: readonly LockPlace[], holder: LockHolder, breaking: boolean, world: Outside, work: () => Promise<Result>): Promise<Result> {
  const text = JSON.stringify(holder);
  if (breaking) await Promise.all(places.map(({ connection, statePath }) => connection.run(breakLockScript(statePath))));
  const taken: LockPlace[] = [];
  try {
    // The first node decides between two pushes that begin together; in parallel each could hold a half.
    for (const place of places) {
      await take(place, holder, world);
      taken.push(place);
      place.connection.onReconnect?.(keepLockScript(place.statePath, text));
    }
    return await work();
  } finally {
    const released = await Promise.allSettled(taken.map(({ connection, statePath }) => {
      connection.onReconnect?.(undefined);
      return connection.run(unlockScript(statePath, text), { repeatable: true });
    }));
    for (const [index, { status }] of released.entries()) {
      if (status === 'rejected') world.screen.note(`The lock on ${taken[index]!.connection.name} could not be given back; your next push takes it over.`);
    }
  }
}

/** Takes away what a push of this person left on a node when it was killed, and does not wait for one that lives. */
export async function clearLeft(place: LockPlace, holder: LockHolder, world: Pick<World, 'screen' | 'local'>): Promise<void> {
  const { connection, statePath } = place;
  const held = readLock((await connection.run(lookAtLockScript(statePath))).stdout);
  if (await takeOver(place, held, holder, world)) await connection.run(unlockScript(statePath, JSON.stringify(holder)));
}

/** What a second person is told about who holds the lock of a node; undefined: nobody does. */
export async function lockedBy({ connection, statePath }: Pick<LockPlace, 'connection' | 'statePath'>): Promise<UserError | undefined> {
  const { stdout } = await connection.run(lookAtLockScript(statePath));
  return stdout === '' ? undefined : locked(connection.name, readLock(stdout));
}

async function take(place: LockPlace, holder: LockHolder, world: Outside): Promise<void> {
  const { connection, statePath } = place;
  const { clock } = world;
  const text = JSON.stringify(holder);
  const begun = clock.monotonic();
  for (;;) {
    const answer = await connection.run(lockScript(statePath, text));
    if (answer.exitCode === 0) return;
    if (answer.exitCode !== lockedExit) {
      throw new UserError(`${statePath} on ${connection.name} cannot be used: ${answer.stderr.trim() || `exit ${answer.exitCode}`}.`, { hint: 'Set state_path under [grafana] of the cluster file.' });
    }
    const held = readLock(answer.stdout);
    if (await takeOver(place, held, holder, world)) return;
    if (clock.monotonic() - begun >= patienceMs(held, holder)) throw locked(connection.name, held);
    await clock.sleep(250);
  }
}

function patienceMs(held: HeldLock, holder: LockHolder): number {
  if (held.session === 'unknown') return 0;
  return isOwn(held, holder) ? endingMs : held.session === 'open' ? resetMs : 0;
}

/** Whether the lock was this person's, from this machine, its push has ended, and it is now this push's. */
async function takeOver({ connection, statePath, folders }: LockPlace, held: HeldLock, holder: LockHolder, { screen, local }: Pick<World, 'screen' | 'local'>): Promise<boolean> {
  if (!isOwn(held, holder)) return false;
  const old = parseHolder(held.holder);
  // Its shell may live on where the link was lost: nobody told its sshd.
  if (held.session !== 'gone' && (old?.process === undefined || !local.hasEnded(old.process))) return false;
  const answer = await connection.run(takeOverScript(statePath, held.holder, JSON.stringify(holder), folders), { timeoutMs: 60_000 });
  if (answer.exitCode !== 0) return false;
  screen.note(`Your push ${old?.id} of ${old?.since} ended without giving the lock on ${connection.name} back; this one takes it over.`);
  return true;
}

function isOwn({ holder: text }: HeldLock, { who, from }: LockHolder): boolean {
  const other = parseHolder(text);
  return other?.who === who && other.from === from;
}

function locked(node: string, { session, holder: text }: HeldLock): UserError {
  const holder = parseHolder(text);
  const whose = holder === undefined ? 'it does not say whose it is' : `${holder.who} from ${holder.from}, since ${holder.since}, ${holder.doing}, push ${holder.id}`;
  switch (session) {
    case 'open': return new UserError(`Another push holds the lock on ${node}: ${whose}. Its ssh session is open.`, { hint: 'Wait for it; if it is known to be dead: grafana-ha push --break-lock' });
    case 'gone': return new UserError(`A push that ended early left its lock on ${node}: ${whose}. Its ssh session is gone.`, { hint: 'grafana-ha push --break-lock' });
    case 'unknown': return new UserError(`Another push holds the lock on ${node}: ${whose}.`, { hint: 'Wait for it; if it is known to be dead: grafana-ha push --break-lock' });
  }
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return undefined;
  }
}
