import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { render } from '../../src/commands/render.ts';
import { makeWorld } from '../../src/context.ts';
import { ExitCode } from '../../src/errors.ts';
import { ask, packageRoot, pushTo, writeClusterFile } from '../e2e/push-lab.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';

const secrets = { database: 'p"w0f#the-lab;', admin: 'first admin' };

describe('push to hosts without systemd', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ strength: 'loopback', hosts: 2, databases: ['postgres'] });
  });
  afterAll(() => lab.stop());
  beforeEach(async () => {
    await Promise.all(lab.hosts.map((host) => host.reset()));
    await lab.postgres!.dropDatabase('grafana', 'grafana');
    await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
  });
  const configs = () => Promise.all(lab.hosts.map((host) => ask(host, `cat ${host.configPath}`)));

  it('goes by the lines of the cluster file, and then has nothing to change', async () => {
    const file = writeClusterFile(lab, secrets);
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done });
    const before = await configs();
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('Nothing to change') as string });
    expect(await configs()).toEqual(before);
    expect(await pushTo(lab, writeClusterFile(lab, secrets, { rootUrl: 'https://new.example.com/' }))).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('2 restarts') as string });
  });

  it('shows the log of a Grafana that dies, without the password in it', async () => {
    const before = await configs();
    await ask(lab.hosts[0]!, `printf '[unified_alerting]\\nha_peer_timeout = 15\\n' >> ${lab.hosts[0]!.configPath}`);
    const pushed = await pushTo(lab, writeClusterFile(lab, secrets));
    expect(pushed.exitCode).toBe(ExitCode.EndedBadly);
    expect(pushed.stdout).toContain('A duration in the config has no unit.');
    expect(pushed.stdout + pushed.stderr).not.toContain(secrets.database);
    expect((await configs())[1]).toBe(before[1]);
  });

  it('renders what it would push, the same bytes each time', async () => {
    const file = writeClusterFile(lab, secrets);
    const world = makeWorld(packageRoot);
    const quiet = { ...world, screen: { ...world.screen, print: () => {}, note: () => {} } };
    const output = join(lab.folder, 'rendered');
    const path = join(output, lab.hosts[0]!.name, 'custom.ini');
    const once = async () => {
      expect(await render(quiet, { file, output, hostKey: lab.hostKeyFingerprints })).toBe(ExitCode.Done);
      return readFileSync(path, 'utf8');
    };
    const text = await once();
    expect(await once()).toBe(text);
    expect(text).toContain('type = postgres');
    expect(text).not.toContain(secrets.database);
    expect([statSync(path).mode & 0o777, statSync(output).mode & 0o777, readFileSync(join(output, '.gitignore'), 'utf8')]).toEqual([0o600, 0o700, '*\n']);
  });
});
