import type { Clock } from '../world.ts';
import type { MigrationView, MigrationWatch } from './watch-migration.ts';

export interface Following {
  readonly watch: MigrationWatch;
  /** Gets the number of migrations done so far, each time it grew. */
  readonly tell: (performed: number) => void;
}

export interface Followed {
  /** Whether a migration goes on, for all that is known; begins another look when it is time. */
  look(): boolean;
}

/** Most starts are over by then, and need no login for this. */
const firstLookMs = 3000;
const pauseMs = 1000;

/** How long a migration counts as going on after it was last seen to: one look may be late. */
const freshMs = 15_000;

/** Only two looks tell whether something grows; nobody counts as late before they were taken, or could have been. */
const secondLookMs = 12_000;

/** Looks at the database beside the wait for health, without holding it up. */
export function follow({ watch, tell }: Following, clock: Clock): Followed {
  const began = clock.monotonic();
  let busyAt: number | undefined;
  let nextLook = began + firstLookMs;
  let before: MigrationView | undefined;
  let looking = false;
  let looks = 0;
  const take = (view: MigrationView | undefined): void => {
    looks += 1;
    const grew = view !== undefined && before !== undefined && view.performed > before.performed;
    if (grew) tell(view.performed);
    if (grew || view?.locked === true) busyAt = clock.monotonic();
    before = view ?? before;
  };
  return {
    look: () => {
      if (!looking && clock.monotonic() >= nextLook) {
        looking = true;
        void watch.look().then(take).finally(() => {
          looking = false;
          nextLook = clock.monotonic() + pauseMs;
        });
      }
      if (looks < 2) return clock.monotonic() - began < secondLookMs;
      return busyAt !== undefined && clock.monotonic() - busyAt < freshMs;
    },
  };
}
