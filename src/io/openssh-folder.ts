import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';

/** A private folder for sockets and questions, gone when `remove` is called or the process ends. */
export interface Folder {
  readonly path: string;
  remove(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Makes the folder, 0700 and with a path short enough for a unix socket (104 bytes on some systems, hence not TMPDIR). Takes away those of runs that were killed. */
export function makeFolder(): Folder {
  const mine = `gha-${numberedBy()}-`;
  for (const name of readdirSync('/tmp').filter((name) => name.startsWith(mine))) sweep(name, Number(name.slice(mine.length).split('-')[0]));
  const path = mkdtempSync(`/tmp/${mine}${process.pid}-`);
  const remove = () => {
    process.off('exit', remove);
    for (const signal of signals) process.off(signal, ended);
    // An ssh that was just killed may still put a question there.
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 10 });
  };
  const ended = (signal: NodeJS.Signals) => {
    // Somebody else ends the process in their own time and still needs the sockets; `exit` comes later.
    if (process.listeners(signal).some((listener) => listener.name !== ended.name)) return;
    remove();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.on('exit', remove);
  // First in line, to still see those who listen once.
  for (const signal of signals) process.prependListener(signal, ended);
  return { path, remove };
}

/** Which numbering of processes ours belongs to: containers that share /tmp have their own. */
function numberedBy(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

/** Removes the folder of a process that is gone, as far as it is ours. */
function sweep(name: string, pid: number): void {
  try {
    if (!isGone(pid) || lstatSync(`/tmp/${name}`).uid !== process.getuid?.()) return;
    rmSync(`/tmp/${name}`, { recursive: true, force: true });
  } catch {
    // Another run sweeps, too.
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
