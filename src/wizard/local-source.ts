import type { SecretSource } from '../cluster/secret.ts';
import type { Files } from '../world.ts';

/** A source typed here: its file is relative to this folder, not to the cluster file. */
export function localSource(source: SecretSource, files: Pick<Files, 'resolve'>): SecretSource {
  return source.kind === 'file' && !source.path.startsWith('~') ? { kind: 'file', path: files.resolve(source.path) } : source;
}
