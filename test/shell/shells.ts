import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Shell {
  readonly name: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const path = process.env['PATH'] ?? '/usr/bin:/bin';

/** The shells of this machine that nodes may have as their sh; busybox with its own programs alone. */
export const shells: readonly Shell[] = ['dash', 'bash', 'busybox'].filter((name) => spawnSync(name, ['--help'], { stdio: 'ignore' }).error === undefined).map((name) =>
  (name === 'busybox' ? { name, words: ['sh'], environment: { PATH: busyboxPrograms() } } : { name, words: [name], environment: { PATH: path } }));

function busyboxPrograms(): string {
  const folder = mkdtempSync(join(tmpdir(), 'busybox-'));
  chmodSync(folder, 0o755); // scripts are run as nobody, too
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  spawnSync('sh', ['-c', 'busybox --install -s "$1"', 'sh', folder]);
  return folder;
}
