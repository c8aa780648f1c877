import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFiles } from '../../src/io/files.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'grafana-ha-files-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const files = () => makeFiles({ packageRoot: join(import.meta.dirname, '../..'), home: '/home/ops', cwd: folder });
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('files of this machine', () => {
  it('resolves against the folder of the command, another folder, or home', () => {
    expect([files().resolve('a.ini'), files().resolve('a.ini', '/base'), files().resolve('~/a'), files().resolve('/a')]).toEqual([join(folder, 'a.ini'), '/base/a.ini', '/home/ops/a', '/a']);
  });

  it('writes with the mode that is asked for, whatever the umask', async () => {
    const umask = process.umask(0o077);
    try {
      await files().write(join(folder, 'open'), 'text');
      await files().write(join(folder, 'deep/er/secret'), 'text', { mode: 0o600, folderMode: 0o700 });
    } finally {
      process.umask(umask);
    }
    expect([modeOf(join(folder, 'open')), modeOf(join(folder, 'deep/er/secret')), modeOf(join(folder, 'deep'))]).toEqual(['644', '600', '700']);
  });

  it('replaces a file at once, keeps a symlink one, and leaves no other file', async () => {
    writeFileSync(join(folder, 'target'), 'old');
    symlinkSync('target', join(folder, 'link'));
    await files().write(join(folder, 'link'), 'new');
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['link', 'target']);
  });

  it('says undefined for what is not there, and names the path of what cannot be read', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await files().readText(join(folder, 'nothing'))).toBeUndefined();
    expect(await files().readText(join(folder, 'file/under'))).toBeUndefined();
    await expect(files().readText(folder)).rejects.toMatchObject({ exitCode: 3, message: `${folder} cannot be read: it is a folder.` });
    await expect(files().write(join(folder, 'file/under'), '')).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining('file/under cannot be written') });
  });
});
