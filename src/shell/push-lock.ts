import { raw, sh } from './quote.ts';
import type { Script } from './quote.ts';

/** Exit code of the scripts below when another push holds the lock. */
export const lockedExit = 20;

// The kept shell that took the lock, and when it started: a later process may get its number (field 22, man proc_pid_stat).
const session = sh`session_of() { echo "$1 $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)"; }`;

// An sshd whose client vanished while the link was down waits for hours, for nobody sends. An empty line on the stderr of the
// shell that holds the lock, where answers are not read, makes it send: where no client is any more the far end resets the connection.
const look = sh`{
  read -r pid since < lock/session 2>/dev/null || pid=
  if [ -z "$pid" ]; then echo unknown
  elif [ "$(session_of "$pid")" = "$pid $since" ]; then
    echo open
    [ ! -p "/proc/$pid/fd/2" ] || timeout 1 sh -c 'echo > "$0"' "/proc/$pid/fd/2" 2>/dev/null || :
  else echo gone; fi
  cat lock/holder 2>/dev/null || :
}`;

// Ends the shell that held the lock if it is still there, once the script that it may be in has ended: its sshd may wait for hours.
const endLost = sh`read -r old since < session
is_open() { [ "$old" != $$ ] && [ "$(session_of "$old")" = "$old $since" ]; }
busy() { if [ -r "/proc/$old/task/$old/children" ]; then [ -n "$(cat "/proc/$old/task/$old/children")" ]; else [ $i -lt 50 ]; fi; }
i=0
while is_open && busy; do
  i=$((i + 1))
  [ $i -lt 500 ] || { echo 'the script that was running when the connection was lost has not ended' >&2; exit 1; }
  sleep 0.1
done
if is_open; then kill "$old"; fi`;

/** Prints what `readLock` reads when there is a lock, and takes none. */
export function lookAtLockScript(statePath: string): Script {
  return sh`cd ${statePath} 2>/dev/null && [ -d lock ] || exit 0
${raw(session)}
${raw(look)}`;
}

/** Takes the lock of a node; `mkdir` is the one step that only one can win. Else prints what `readLock` reads and exits with `lockedExit`. */
export function lockScript(statePath: string, holder: string): Script {
  return sh`set -eu
umask 077
mkdir -p ${statePath}
chmod 0700 ${statePath}
cd ${statePath}
${raw(session)}
if mkdir lock 2>/dev/null; then
  { session_of $$ > lock/session && printf '%s\n' ${holder} > lock/holder; } || { rm -rf lock; exit 1; }
elif [ -d lock ]; then
  ${raw(look)}
  exit ${lockedExit}
else
  mkdir lock && rmdir lock
  exit 1
fi`;
}

/** Takes over the lock that `old`, whose push has ended, is the holder of, ends its shell, and takes away what it staged in these folders; of two that try, one exits with `lockedExit`. */
export function takeOverScript(statePath: string, old: string, holder: string, folders: readonly string[]): Script {
  return sh`set -eu
umask 077
cd ${statePath}/lock
${raw(session)}
mkdir next 2>/dev/null || exit ${lockedExit}
if [ "$(cat holder)" != ${old} ]; then rmdir next; exit ${lockedExit}; fi
trap '[ ! -d next ] || rmdir next' EXIT
${raw(endLost)}
session_of $$ > session
printf '%s\n' ${holder} > next/holder
mv -f next/holder holder
for folder in ${folders}; do rm -f -- "$folder"/.grafana-ha-*.tmp; done
rmdir next`;
}

/**
 * Keeps the lock for its holder in a new session, and ends the lost one. Fails with a sentence on stderr when the lock is another's now.
 */
export function keepLockScript(statePath: string, holder: string): Script {
  return sh`set -u
cd ${statePath}/lock 2>/dev/null && [ "$(cat holder)" = ${holder} ] || { echo 'its lock was taken away meanwhile' >&2; exit ${lockedExit}; }
${raw(session)}
${raw(endLost)}
session_of $$ > session`;
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

/** A lock that another push holds. */
export interface HeldLock {
  /** Of the shell on the node that took it. */
  readonly session: 'open' | 'gone' | 'unknown';
  /** As its holder wrote it. */
  readonly holder: string;
}

/** Reads what `lockScript` printed. */
export function readLock(stdout: string): HeldLock {
  const [first = '', ...rest] = stdout.split('\n');
  return { session: first === 'open' || first === 'gone' ? first : 'unknown', holder: rest.join('\n').trimEnd() };
}
