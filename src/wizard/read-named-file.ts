import { UserError } from '../errors.ts';
import type { Files } from '../world.ts';
import type { Finding } from './ask.ts';

/** The text of a file that the person named, or why there is none; it can be named again. */
export async function readNamedFile(path: string, files: Pick<Files, 'readText'>, hint: string): Promise<{ readonly ok: true; readonly text: string } | ({ readonly ok: false } & Finding)> {
  try {
    const text = await files.readText(path);
    return text === undefined ? { ok: false, found: `There is no file ${path}.`, hint } : { ok: true, text };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ok: false, found: error.message, hint };
  }
}
