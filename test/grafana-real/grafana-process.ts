import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Started {
  /** Undefined: it answers `/api/health`; else its last words. */
  readonly lastWords?: string;
  stop(): Promise<void>;
}

export interface StartGrafana {
  readonly home: string;
  /** After `server --homepath=…`. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
}

/** Starts a Grafana of its own on loopback and waits until it is healthy or gone. */
export async function startGrafana({ home, words, environment, port }: StartGrafana): Promise<Started> {
  const child = spawn(`${home}/bin/grafana`, ['server', `--homepath=${home}`, ...words], { cwd: home, env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output = (output + chunk.toString()).slice(-4000); });
  const exited = once(child, 'exit');
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  for (let attempt = 0; attempt < 600 && !isGone(); attempt++) {
    if (await isHealthy(port)) return { stop };
    await sleep(50);
  }
  await stop();
  return { lastWords: output.trim().split('\n').slice(-3).join('\n'), stop: async () => {} };
}

async function isHealthy(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/api/health`).then(({ status }) => status === 200, () => false);
}

/** Settings under which a start is quick and asks nobody outside. */
export const quiet = [
  'cfg:analytics.reporting_enabled=false', 'cfg:analytics.check_for_updates=false', 'cfg:analytics.check_for_plugin_updates=false', 'cfg:plugins.preinstall_disabled=true',
  'cfg:news.news_feed_enabled=false', 'cfg:server.http_addr=127.0.0.1', 'cfg:log.mode=console',
];
