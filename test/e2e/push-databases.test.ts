import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { ask, packageRoot, pushTo, writeClusterFile } from './push-lab.ts';

const secrets = { database: 'with space #;"\'\\', admin: 'first admin' };
const onPostgres = { ...secrets, database: 'p#w"one' };

describe('push and its databases', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres', 'mariadb'] });
  });
  afterAll(() => lab.stop());
  beforeEach(async () => {
    await Promise.all(lab.hosts.map((host) => host.reset()));
    for (const [server, password] of [[lab.postgres!, onPostgres.database], [lab.mariadb!, secrets.database]] as const) {
      await server.dropDatabase('grafana', 'grafana');
      await server.createDatabase('grafana', 'grafana', password);
    }
  });
  const onAll = (script: string): Promise<string[]> => Promise.all(lab.hosts.map((host) => ask(host, script)));
  const health = 'systemctl is-active grafana-server';

  it('makes a cluster on MariaDB, with a password PostgreSQL could not have', async () => {
    const file = writeClusterFile(lab, secrets, { engine: 'mariadb' });
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done });
    expect(await onAll(health)).toEqual(['active', 'active', 'active']);
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('Nothing to change') as string });
  });

  it('moves a running cluster to another database: all stop before the first starts, and the secret_key stays', async () => {
    await pushTo(lab, writeClusterFile(lab, onPostgres));
    const key = await onAll('cat /etc/grafana/secrets/secret_key');
    expect(new Set(key).size).toBe(1);
    const file = writeClusterFile(lab, secrets, { engine: 'mariadb' });
    const moved = await pushTo(lab, file);
    expect(moved).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringMatching(/Move {2}3 restarts, lab-1 first/) as string });
    const moments = async (name: string) => (await onAll(`systemctl show -p ${name}TimestampMonotonic --value grafana-server`)).map(Number);
    expect(Math.max(...(await moments('InactiveEnter')))).toBeLessThan(Math.min(...(await moments('ActiveEnter'))));
    expect(await onAll('cat /etc/grafana/secrets/secret_key')).toEqual(key);
    await expect(pushTo(lab, writeClusterFile(lab, onPostgres), { nodes: ['lab-1'] })).rejects.toThrow(/lab-2, lab-3 would stay behind/);
  });

  it('ends in order at Ctrl+C: no lock is left, every node is named, and the next push goes on', async () => {
    await pushTo(lab, writeClusterFile(lab, onPostgres));
    const file = writeClusterFile(lab, onPostgres, { rootUrl: 'https://new.example.com/' });
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'push-child.ts'), file, ...lab.hostKeyFingerprints], { cwd: packageRoot, stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await until('the first swap', async () => (await ask(lab.hosts[0]!, 'cat /var/lib/grafana-ha/pending 2>/dev/null || :')) !== '');
    child.kill('SIGINT');
    expect(await ended).toBe(ExitCode.EndedBadly);
    expect(stdout).toMatch(/Interrupted/);
    for (const { name } of lab.hosts) expect(stdout).toMatch(new RegExp(`${name} +(healthy|has|as)`));
    expect((await onAll('ls -d /var/lib/grafana-ha/lock /etc/grafana/.grafana-ha* 2>/dev/null || :')).join('')).toBe('');
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done });
    expect(await onAll('grep -c "^root_url = https://new.example.com/" /etc/grafana/grafana.ini')).toEqual(['1', '1', '1']);
    expect(await pushTo(lab, file)).toMatchObject({ stdout: expect.stringContaining('Nothing to change') as string });
  });
});
