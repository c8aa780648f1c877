import { readFileSync, readlinkSync } from 'node:fs';

/** Names our process among all that this machine ever had; undefined where there is no /proc that says so. */
export function processName(): string | undefined {
  const room = roomName();
  return room === undefined ? undefined : `${room} ${process.pid} ${startOf(process.pid)}`;
}

/** Whether the process of that name was one of this room, and is not any more. */
export function hasEnded(name: string): boolean {
  const [boot, namespace, pid, start] = name.split(' ');
  return `${boot} ${namespace}` === roomName() && startOf(Number(pid)) !== start;
}

/** Where process numbers mean the same: one boot, and one container of it. */
function roomName(): string | undefined {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/** In clock ticks since the boot (field 22, man proc_pid_stat), for a number is given again to a later process; undefined when there is none. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
