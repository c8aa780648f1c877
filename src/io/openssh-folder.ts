import { mkdtempSync, rmSync } from 'node:fs';

/** A private folder for sockets and questions, gone when `remove` is called or the process ends. */
export interface Folder {
  readonly path: string;
  remove(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Makes the folder, 0700 and with a path short enough for a unix socket (104 bytes on some systems, hence not TMPDIR). */
export function makeFolder(): Folder {
  const path = mkdtempSync(`/tmp/gha-${process.pid}-`);
  const remove = () => {
    process.off('exit', remove);
    for (const signal of signals) process.off(signal, ended);
    rmSync(path, { recursive: true, force: true });
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
