import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabFolder } from '../lab-folder.ts';
import { until } from '../run.ts';

export interface ServerPlan {
  readonly title: string;
  readonly words: readonly string[];
  /** It runs and logs here. */
  readonly home: string;
  readonly user: { readonly uid?: number; readonly gid?: number };
  readonly signal: 'SIGTERM' | 'SIGINT';
  /** Rejects as long as it is not ready. */
  readonly greet: () => Promise<unknown>;
}

/** Starts a server that outlives a crash of this process only until the next lab; rejects with the end of its log when it does not get ready. */
export async function startServer({ title, words, home, user, signal, greet }: ServerPlan, folder: LabFolder): Promise<void> {
  const logPath = join(home, 'log');
  const log = openSync(logPath, 'w');
  const child = spawn(words[0]!, words.slice(1), { ...user, cwd: home, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise<never>((_, reject) => child.once('error', reject).once('exit', (code) => reject(new Error(`${title} ended with ${code}`))));
  child.unref();
  if (child.pid !== undefined) await folder.leaveProcess(child.pid, signal);
  let refusal = '';
  const isReady = () => greet().then(() => true, (error: Error) => { refusal = error.message; return false; });
  await Promise.race([until(title, isReady), ended]).catch(async (error: Error) => {
    throw new Error(`${error.message}: ${refusal}\n${(await readFile(logPath, 'utf8')).trim().split('\n').slice(-8).join('\n')}`);
  });
  ended.catch(() => {}); // it ends with the lab
}
