import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { ask, packageRoot, pushTo, writeClusterFile } from './push-lab.ts';

const kills = Number(process.env['KILLS'] ?? 20);
const secrets = { database: 'p"w', admin: 'first admin' };
const urls = ['https://grafana.example.com/', 'https://new.example.com/'] as const;
const config = '/etc/grafana/grafana.ini';
const leftovers = 'find /etc /var -xdev -name ".grafana-ha-*"; ls -A /var/lib/grafana-ha | grep -E "lock|pending"; ls /run/systemd/system/grafana-server.service.d/zz* 2>/dev/null || :';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres'] });
  await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
});
afterAll(() => lab.stop());

const onAll = (script: string): Promise<string[]> => Promise.all(lab.hosts.map((host) => ask(host, script)));

/** A push in a process of its own that is killed after so many milliseconds; resolves to false when it ended before. */
async function killedAfter(milliseconds: number, file: string): Promise<boolean> {
  const child = spawn(process.execPath, [join(packageRoot, 'bin/grafana-ha.js'), 'push', '--yes', '--file', file, ...lab.hostKeyFingerprints.map((key) => `--host-key=${key}`)], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  await run(['sleep', String(milliseconds / 1000)]);
  child.kill('SIGKILL');
  return (await ended) === null;
}

it(`a push that is killed ${kills} times leaves the old file or the new one each time, and the next one takes over and finishes`, async () => {
  const texts: string[][] = [];
  let whole = 0;
  for (const rootUrl of [...urls, ...urls]) {
    const began = performance.now();
    expect(await pushTo(lab, writeClusterFile(lab, secrets, { rootUrl }))).toMatchObject({ exitCode: ExitCode.Done });
    whole = performance.now() - began;
    texts.push(await onAll(`sha256sum ${config}; stat -c '%U:%G %a' ${config}`));
  }
  expect(texts.slice(2)).toEqual(texts.slice(0, 2));
  const outcomes = { killed: 0, takenOver: 0 };
  for (let round = 0; round < kills; round += 1) {
    const file = writeClusterFile(lab, secrets, { rootUrl: urls[round % 2]! });
    if (await killedAfter(Math.random() * whole, file)) outcomes.killed += 1;
    for (const [index, text] of (await onAll(`sha256sum ${config}; stat -c '%U:%G %a' ${config}`)).entries()) expect([texts[0]![index], texts[1]![index]]).toContain(text);
    const next = await pushTo(lab, file);
    expect(next, `round ${round}`).toMatchObject({ exitCode: ExitCode.Done });
    if (next.stderr.includes('this one takes it over')) outcomes.takenOver += 1;
    expect(await onAll(`sha256sum ${config}; stat -c '%U:%G %a' ${config}`)).toEqual(texts[round % 2]);
    expect(await onAll(`systemctl is-active grafana-server; systemctl show -p Restart --value grafana-server; ${leftovers}`), `round ${round}`).toEqual(Array(3).fill('active\non-failure'));
  }
  expect(outcomes.killed).toBeGreaterThan(kills / 2);
  expect(outcomes.takenOver).toBeGreaterThan(0);
}, 300_000 + kills * 20_000);
