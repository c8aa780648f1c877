import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const isRoot = process.getuid!() === 0;
const user = 'grafana-ha-demo';
const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  if (isRoot) await execa('userdel', ['--remove', user], { reject: false });
});

/** The demo as `who`; as another user in a copy of the clone that is theirs. */
async function demo(who?: string): Promise<{ readonly exitCode?: number | undefined; readonly all: string }> {
  const words = ['npx', 'tsx', 'test/lab/demo.ts', 'loopback'];
  if (who === undefined) return execa(words[0]!, words.slice(1), { cwd: root, all: true, reject: false, stdin: 'ignore' });
  await execa('useradd', ['--create-home', '--shell', '/bin/sh', who]);
  const folder = await mkdtemp(join(tmpdir(), 'grafana-ha-clone-'));
  folders.push(folder);
  await cp(root, folder, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('/.git') });
  await execa('chown', ['-R', `${who}:`, folder]);
  return execa('runuser', ['-u', who, '--', ...words], { cwd: folder, all: true, reject: false, stdin: 'ignore', env: { HOME: `/home/${who}` } });
}

describe('the demo without real hosts', () => {
  it.each([undefined, ...(isRoot ? [user] : [])])('goes from init to a pushed cluster that needs nothing more (user: %s)', async (who) => {
    const { exitCode, all } = await demo(who);
    expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
    expect(all.match(/"database": "ok"/g)).toHaveLength(3);
    expect(all).toMatch(/nothing to (do|change)/i);
  });
});
