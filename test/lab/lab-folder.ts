import { appendFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { answerOf, until } from './run.ts';

const parent = '/var/tmp'; // outlives a reboot less surely than a home folder, and every user may write there
const prefix = 'grafana-ha-lab-';

/** One thing that a lab put into the machine, and that has to go again. */
export type Trace =
  | { readonly kind: 'process'; readonly pid: number; readonly startTime: string; readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' }
  /** A process that somebody else starts and stops meanwhile; its command line names the lab's folder. */
  | { readonly kind: 'pid-file'; readonly path: string }
  | { readonly kind: 'mount'; readonly path: string }
  | { readonly kind: 'cgroup'; readonly path: string }
  | { readonly kind: 'netns'; readonly name: string }
  | { readonly kind: 'link'; readonly name: string };

export interface LabFolder {
  readonly path: string;
  /** Written down before the thing is made, so that the next lab can remove it after a kill. */
  leave(trace: Trace): void;
  /** The same for a process that already runs. */
  leaveProcess(pid: number, signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Removes everything, last thing first, and the folder. */
  remove(): Promise<void>;
}

/** Makes the folder of a new lab, after removing what killed labs of this user left. */
export async function makeLabFolder(): Promise<LabFolder> {
  await removeLeftovers();
  const path = await mkdtemp(join(parent, prefix));
  await chmod(path, 0o755); // the databases run as another user
  await writeFile(join(path, 'owner'), `${process.pid} ${await startTimeOf(process.pid)}`);
  const leave = (trace: Trace) => appendFileSync(join(path, 'traces'), `${JSON.stringify(trace)}\n`);
  return {
    path,
    leave,
    leaveProcess: async (pid, signal) => leave({ kind: 'process', pid, signal, startTime: await startTimeOf(pid) }),
    remove: () => removeLab(path),
  };
}

/** Removes labs whose process has gone. */
export async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    if (!name.startsWith(prefix)) continue;
    const found = await stat(path).catch(() => undefined); // its own lab may remove it meanwhile
    if (found?.uid !== process.getuid!()) continue;
    const [pid, startTime] = (await readFile(join(path, 'owner'), 'utf8').catch(() => '')).split(' ');
    // A folder without an owner is being made, or its maker died doing so.
    const owned = pid === undefined || pid === '' ? Date.now() - found.mtimeMs < 60_000 : (await startTimeOf(Number(pid))) === startTime;
    if (!owned) await removeLab(path);
  }
}

async function removeLab(path: string): Promise<void> {
  const lines = (await readFile(join(path, 'traces'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const traces = lines.map((line) => JSON.parse(line) as Trace).reverse();
  const isProcess = ({ kind }: Trace) => kind === 'process' || kind === 'pid-file';
  await Promise.all(traces.filter(isProcess).map(removeTrace));
  for (const trace of traces) if (!isProcess(trace)) await removeTrace(trace);
  // What is still mounted below would be emptied too.
  const mounted = (await readFile('/proc/self/mounts', 'utf8')).split('\n').filter((line) => line.split(' ')[1]?.startsWith(`${path}/`));
  if (mounted.length > 0) throw new Error(`still mounted, remove by hand: ${mounted.join(', ')}`);
  await rm(path, { recursive: true, force: true });
}

async function removeTrace(trace: Trace): Promise<void> {
  switch (trace.kind) {
    case 'process': return endProcess(trace.pid, trace.startTime, trace.signal);
    case 'pid-file': return endProcessOf(trace.path);
    case 'mount': await answerOf(['umount', '--lazy', trace.path]); return;
    case 'cgroup': await answerOf(['find', trace.path, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']); return;
    case 'netns': await answerOf(['ip', 'netns', 'del', trace.name]); return;
    case 'link': await answerOf(['ip', 'link', 'del', trace.name]); return;
  }
}

async function endProcessOf(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (commandLine.includes(dirname(pidFile))) await endProcess(pid, await startTimeOf(pid), 'SIGKILL'); // a real Grafana takes ten seconds to leave its mesh
}

async function endProcess(pid: number, startTime: string, signal: NodeJS.Signals): Promise<void> {
  const gone = async () => (await startTimeOf(pid)) !== startTime;
  if (await gone()) return;
  process.kill(pid, signal);
  await until(`process ${pid} to end`, gone, 15).catch(async () => {
    if (!(await gone())) process.kill(pid, 'SIGKILL');
  });
}

/** Clock ticks since boot at which a process began: tells it from a later one with the same number. Empty: no such process, or it has ended. */
async function startTimeOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? '' : (fields[19] ?? '');
}
