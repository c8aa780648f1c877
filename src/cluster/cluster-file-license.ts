import type { License } from './cluster.ts';
import type { SettingsReader } from './cluster-file-reader.ts';
import { localPath, oneOf, secretSource } from './cluster-file-values.ts';
import { present } from './present.ts';

/** Reads `[license]`, in a cluster file that lies in `folder`; undefined: there is none. */
export function readLicense(read: SettingsReader, folder: string): License | undefined {
  const path = read.optional('license', 'path', localPath(folder));
  const text = read.optional('license', 'text', secretSource(folder));
  const autoRefresh = read.optional('license', 'auto_refresh', oneOf('yes', 'no'));
  const [entry] = read.all('license');
  if (path !== undefined && text !== undefined) {
    read.report({ ...(entry === undefined ? {} : { line: entry.line }), problem: '[license] names the token twice, by path and by text', hint: 'Keep one of the two' });
  }
  if (path === undefined && text === undefined) {
    if (entry !== undefined && autoRefresh !== undefined) read.report({ line: entry.line, problem: '[license] names no token', hint: 'Add path = license.jwt, or text = env:NAME' });
    return undefined;
  }
  return present({ path, text, autoRefresh: autoRefresh !== 'no' });
}
