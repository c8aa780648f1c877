import { sh } from './quote.ts';
import type { Script } from './quote.ts';

/** Exit code of lockScript when another push holds the lock. */
export const lockedExit = 20;

/** Takes the lock of a node, or prints what its holder wrote and exits with `lockedExit`; `mkdir` is the one step that only one can win. */
export function lockScript(statePath: string, holder: string): Script {
  return sh`set -eu
umask 077
mkdir -p ${statePath}
chmod 0700 ${statePath}
if mkdir ${statePath}/lock 2>/dev/null; then printf '%s\n' ${holder} > ${statePath}/lock/holder
else cat ${statePath}/lock/holder 2>/dev/null || :; exit ${lockedExit}; fi`;
}

/** Gives the lock back if it still is this holder's. */
export function unlockScript(statePath: string, holder: string): Script {
  return sh`[ "$(cat ${statePath}/lock/holder 2>/dev/null)" = ${holder} ] || exit 0
rm -rf ${statePath}/lock`;
}

/** Removes the lock whoever holds it. */
export function breakLockScript(statePath: string): Script {
  return sh`rm -rf ${statePath}/lock`;
}
