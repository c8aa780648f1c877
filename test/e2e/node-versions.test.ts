import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { answerOf } from '../lab/run.ts';
import type { Answer } from '../lab/run.ts';
import { ask, packageRoot, writeClusterFile } from './push-lab.ts';

const majors = [20, 22, 24];
const own = Number(process.versions.node.split('.')[0]);
const others = majors.filter((major) => major !== own);
const secrets = { database: 'p"w0f#the-lab;', admin: 'first admin' };
const folder = mkdtempSync(join(tmpdir(), 'grafana-ha-node-'));
let lab: Lab;
let fetched: Answer;

beforeAll(async () => {
  // These packages are nothing but the binary: no script of theirs has to run.
  const packages = others.map((major) => `node${major}@npm:node-${process.platform}-${process.arch}@${major}`);
  [lab, fetched] = await Promise.all([
    startLab({ strength: 'loopback', hosts: 2, databases: ['postgres', 'mariadb'] }),
    answerOf(['npm', 'install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--prefix', folder, ...packages]),
  ]);
  for (const database of [lab.postgres!, lab.mariadb!]) await database.createDatabase('grafana', 'grafana', secrets.database);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await lab.stop();
});

function nodeOf(major: number): string {
  if (major === own) return process.execPath;
  if (fetched.exitCode !== 0) throw new Error(`Node ${others.join(' and ')} are missing here, and npm cannot fetch them: ${/^npm error \w+Error: .*$/m.exec(fetched.stderr)?.[0] ?? fetched.stderr}`);
  return join(folder, `node_modules/node${major}/bin/node`);
}

describe('the built program', () => {
  it.each(majors)('starts, judges MariaDB and pushes to two nodes on PostgreSQL with Node %i', async (major) => {
    const node = nodeOf(major);
    const run = (...words: readonly string[]): Promise<Answer> => answerOf([node, join(packageRoot, 'bin/grafana-ha.js'), ...words], { cwd: lab.folder, env: { PATH: process.env['PATH'], HOME: folder } });
    const keys = lab.hostKeyFingerprints.flatMap((key) => ['--host-key', key]);
    expect((await answerOf([node, '--version'])).stdout).toMatch(new RegExp(`^v${major}\\.`));
    expect(await run('--help')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('push') as string, stderr: '' });

    const mysql = writeClusterFile(lab, secrets, { engine: 'mariadb' });
    writeFileSync(mysql, readFileSync(mysql, 'utf8').replace('db.lab', lab.mariadb!.host));
    const judged = await run('validate', '--json', '--only', 'database.login,database.tls', '--file', mysql, ...keys);
    const { results } = JSON.parse(judged.stdout) as { readonly results: readonly { readonly check: string; readonly outcome: string }[] };
    expect(results.map(({ check, outcome }) => `${check} ${outcome}`), judged.stderr).toEqual([...lab.hosts.map(() => 'database.tls passed'), ...lab.hosts.map(() => 'database.login passed')]);

    const file = writeClusterFile(lab, secrets, { rootUrl: `https://node${major}.example.com/` });
    const pushed = await run('push', '--yes', '--file', file, ...keys);
    expect(pushed, pushed.stdout).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('lab-2  healthy') as string, stderr: expect.not.stringMatching(/Warning|node:internal/) as string });
    for (const host of lab.hosts) expect(await ask(host, `grep '^root_url' ${host.configPath}`)).toBe(`root_url = https://node${major}.example.com/`);
  });
});
