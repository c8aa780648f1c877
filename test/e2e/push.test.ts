import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { ask, mainPid, pushTo, writeClusterFile } from './push-lab.ts';

const secrets = { database: `p"w'0f#the\\lab;"""`, admin: 'first admin # of "all"' };
const config = '/etc/grafana/grafana.ini';

describe('push to three hosts', () => {
  let lab: Lab;
  let file: string;
  beforeAll(async () => {
    lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres'] });
  });
  afterAll(() => lab.stop());
  beforeEach(async () => {
    await Promise.all(lab.hosts.map((host) => host.reset()));
    await lab.postgres!.dropDatabase('grafana', 'grafana');
    await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
    file = writeClusterFile(lab, secrets);
  });

  it('makes a cluster of them, and then has nothing to change', async () => {
    await Promise.all(lab.hosts.map((host) => ask(host, `printf '; mine\\n[users]\\ndefault_theme = light ; hers\\n' >> ${config}`)));
    const first = await pushTo(lab, file);
    expect(first).toMatchObject({ exitCode: ExitCode.Done });
    for (const host of lab.hosts) {
      const text = await ask(host, `cat ${config}`);
      expect(text).toContain('password = $__file{/etc/grafana/secrets/database_password}');
      expect(text).toContain('; mine\n[users]\ndefault_theme = light ; hers');
      expect(await ask(host, `stat -c '%U:%G %a' ${config} /etc/grafana/secrets/* /etc/grafana/secrets; ls -A /etc/grafana | grep tmp || :`)).toBe(
        ['root:grafana 640', 'root:grafana 640', 'root:grafana 640', 'root:grafana 640', 'root:grafana 750'].join('\n'));
    }
    const pids = await Promise.all(lab.hosts.map(mainPid));
    const second = await pushTo(lab, file);
    expect(second).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('Nothing to change') as string });
    expect(await Promise.all(lab.hosts.map(mainPid))).toEqual(pids);
    for (const secret of Object.values(secrets)) expect(first.stdout + first.stderr + second.stdout + second.stderr).not.toContain(secret);
  });
});
