import { chmod, mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { Files } from '../world.ts';

export interface FilesOptions {
  /** The folder that holds `templates/`. */
  readonly packageRoot: string;
  readonly home: string;
  readonly cwd: string;
}

/** Files of this machine; every failure but "no such file" is a UserError that names the path. */
export function makeFiles({ packageRoot, home, cwd }: FilesOptions): Files {
  return {
    resolve: (path, base) => (path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : resolve(base ?? cwd, path)),
    readText: async (path) => (await read(path))?.toString('utf8'),
    readBytes: read,
    write,
    readStdin: async () => (await buffer(process.stdin)).toString('utf8'),
    template: (name) => readFile(join(packageRoot, 'templates', name), 'utf8'),
  };
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw new UserError(`${path} cannot be read: ${said(error)}.`, { hint: `ls -ld ${path}`, cause: error });
  }
}

const write: Files['write'] = async (path, content, { mode = 0o644, folderMode = 0o755 } = {}) => {
  try {
    await mkdir(dirname(path), { recursive: true, mode: folderMode });
    const target = await realpath(path).catch(() => path); // a symlink stays one
    const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.tmp`);
    try {
      await writeThrough(temporary, content, mode);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw new UserError(`${path} cannot be written: ${said(error)}.`, { hint: `ls -ld ${await standing(dirname(path))}`, cause: error });
  }
};

/** The nearest folder above that is there. */
async function standing(folder: string): Promise<string> {
  const isThere = await realpath(folder).then(() => true, () => false);
  return isThere || dirname(folder) === folder ? folder : standing(dirname(folder));
}

async function writeThrough(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(path, mode); // what the umask took away
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied', EPERM: 'not permitted', EISDIR: 'it is a folder', ENOTDIR: 'a part of its path is a file', EEXIST: 'a part of its path is a file',
  EROFS: 'the file system is read-only', ENOSPC: 'the disk is full', ENOENT: 'no such folder',
};

function said(error: unknown): string {
  const code = codeOf(error);
  return (code && words[code]) ?? code ?? String(error);
}
