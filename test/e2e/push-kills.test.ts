import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab, LabHost } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { ask, packageRoot, pushTo, writeClusterFile } from './push-lab.ts';

const kills = Number(process.env['KILLS'] ?? 20);
const secrets = { database: 'p"w', admin: 'first admin' };
const urls = ['https://grafana.example.com/', 'https://new.example.com/'] as const;
const config = '/etc/grafana/grafana.ini';
const leftovers = 'find /etc /var -xdev -name ".grafana-ha-*"; ls -A /var/lib/grafana-ha | grep -E "lock|pending"; ls /run/systemd/system/grafana-server.service.d/zz* 2>/dev/null || :';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ strength: 'real', hosts: 4, databases: ['postgres'] });
  await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
  await lab.postgres!.adminExec('create database second owner grafana');
});
afterAll(() => lab.stop());

/** Part of the lab as a cluster with a database of its own. */
function clusterOf(database: string, hosts: readonly LabHost[]) {
  const part: Lab = { ...lab, folder: join(lab.folder, database), hosts };
  mkdirSync(part.folder);
  return {
    write: (rootUrl: string): string => writeClusterFile(part, secrets, { rootUrl, database }),
    push: (file: string) => pushTo(part, file),
    ask: (script: string): Promise<string[]> => Promise.all(hosts.map((host) => ask(host, script))),
    /** A push in a process of its own that is killed after so many milliseconds; resolves to false when it ended before. */
    killedAfter: async (milliseconds: number, file: string): Promise<boolean> => {
      const child = spawn(process.execPath, [join(packageRoot, 'bin/grafana-ha.js'), 'push', '--yes', '--file', file, ...lab.hostKeyFingerprints.map((key) => `--host-key=${key}`)], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
      await run(['sleep', String(milliseconds / 1000)]);
      child.kill('SIGKILL');
      return (await ended) === null;
    },
  };
}

const state = `sha256sum ${config}; stat -c '%U:%G %a' ${config}`;

async function killOften(cluster: ReturnType<typeof clusterOf>, times: number): Promise<{ killed: number; takenOver: number }> {
  const texts: string[][] = [];
  let whole = 0;
  for (const rootUrl of urls) {
    const began = performance.now();
    expect(await cluster.push(cluster.write(rootUrl))).toMatchObject({ exitCode: ExitCode.Done });
    whole = performance.now() - began;
    texts.push(await cluster.ask(state));
  }
  const outcomes = { killed: 0, takenOver: 0 };
  for (let round = 0; round < times; round += 1) {
    const file = cluster.write(urls[round % 2]!);
    if (await cluster.killedAfter(Math.random() * whole, file)) outcomes.killed += 1;
    for (const [index, text] of (await cluster.ask(state)).entries()) expect([texts[0]![index], texts[1]![index]]).toContain(text);
    const next = await cluster.push(file);
    expect(next.exitCode, `round ${round}: ${next.stdout}${next.stderr}`).toBe(ExitCode.Done);
    if (next.stderr.includes('this one takes it over')) outcomes.takenOver += 1;
    expect(await cluster.ask(state)).toEqual(texts[round % 2]);
    expect(await cluster.ask(`systemctl is-active grafana-server; systemctl show -p Restart --value grafana-server; ${leftovers}`), `round ${round}`).toEqual(texts[0]!.map(() => 'active\non-failure'));
  }
  return outcomes;
}

it(`a push that is killed ${kills} times leaves the old file or the new one each time, and the next one takes over and finishes`, async () => {
  // Two clusters at once: most of a push is waiting.
  const clusters = [clusterOf('grafana', lab.hosts.slice(0, 2)), clusterOf('second', lab.hosts.slice(2))];
  const outcomes = await Promise.all(clusters.map((cluster) => killOften(cluster, Math.ceil(kills / 2))));
  const sum = (name: 'killed' | 'takenOver'): number => outcomes.reduce((total, one) => total + one[name], 0);
  expect(sum('killed')).toBeGreaterThan(kills / 2);
  expect(sum('takenOver')).toBeGreaterThan(0);
}, 300_000 + kills * 20_000);
