import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { ask, pushTo, writeClusterFile } from '../e2e/push-lab.ts';
import type { ClusterText } from '../e2e/push-lab.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab, LabHost } from '../lab/lab.ts';
import { run, until } from '../lab/run.ts';

const secrets = { database: 'p"w0f#the-lab;', admin: 'first admin' };

const home = (host: LabHost) => join(host.clusterFileSettings['state_path']!, '..');

/** The sshd processes of a host that hold a session, by their parent, which names its config. */
function sessions(host: LabHost): readonly number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${home(host)}/sshd_config`)) return [];
      return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter((child) => child !== '').map(Number);
    } catch {
      return []; // it ended while we looked
    }
  });
}

/** Ends the one session of a host and gives its number. */
function cut(host: LabHost): number {
  const found = sessions(host);
  expect(found).toHaveLength(1);
  process.kill(found[0]!, 'SIGKILL');
  return found[0]!;
}

describe('a push whose connection to a node is cut', () => {
  let lab: Lab;
  let first: LabHost;
  let second: LabHost;
  beforeAll(async () => {
    lab = await startLab({ strength: 'loopback', hosts: 2, databases: ['postgres'] });
    [first, second] = [lab.hosts[0]!, lab.hosts[1]!];
    await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
    await lab.postgres!.adminExec('create database second owner grafana');
    // A Grafana that is held has a process and does not listen.
    const hold = `setsid sh -c 'while [ -e ${home(second)}/hold ]; do sleep 0.1; done; exec "$0" "$@"'`;
    await run(['sed', '-i', `s|setsid|${hold.replaceAll('&', '\\&')}|`, join(home(second), 'grafana-control')]);
    expect(await pushTo(lab, writeClusterFile(lab, secrets))).toMatchObject({ exitCode: ExitCode.Done });
  });
  afterAll(() => lab.stop());

  /** Pushes, and does something once, when a line of progress says so; gives the cluster file. */
  async function pushAnd(change: ClusterText, point: RegExp, spoil: () => unknown): Promise<string> {
    const file = writeClusterFile(lab, secrets, change);
    let spoiled: Promise<unknown> | undefined;
    const line = (text: string) => void (point.test(text) && (spoiled ??= (async () => spoil())()));
    const pushed = await pushTo(lab, file, { adminPassword: 'file:admin' }, { line });
    expect(spoiled, `no line matched ${point}`).toBeDefined();
    await spoiled;
    expect(pushed).toMatchObject({ exitCode: ExitCode.Done });
    for (const host of [first, second]) {
      const state = host.clusterFileSettings['state_path']!;
      expect(await ask(host, `grep '^root_url' ${host.configPath}; find ${home(host)} -name '.grafana-ha-*.tmp'; ls -A ${state} | grep -E 'lock|pending' || :`)).toBe(`root_url = ${change.rootUrl}`);
    }
    return file;
  }

  it.each<[when: string, name: string, point: RegExp, host: () => LabHost]>([
    ['between stage and its turn', 'turn', /^lab-1 {2}starting/, () => second],
    ['as its Grafana is started', 'start', /^lab-2 {2}starting/, () => second],
    ['when it is healthy', 'end', /^lab-2 {2}healthy, \d+ s$/, () => second],
    ['when the next one has its turn', 'next', /^lab-1 {2}healthy, \d+ s$/, () => first],
  ])('%s ends well, keeps its lock and leaves nothing', async (_, name, point, host) => {
    await pushAnd({ rootUrl: `https://${name}.example.com/` }, point, () => cut(host()));
  });

  it('while its health is waited for ends well, in a new session', async () => {
    await ask(second, `: > ${home(second)}/hold`);
    await pushAnd({ rootUrl: 'https://health.example.com/' }, /^lab-2 {2}starting/, async () => {
      await until('a process', async () => (await second.exec(`kill -0 "$(cat ${home(second)}/grafana.pid)"`)).exitCode === 0);
      const before = cut(second);
      await until('a new session', async () => sessions(second).some((pid) => pid !== before));
      await ask(second, `rm ${home(second)}/hold`);
    });
  });

  it('while the first one starts in a move ends well, and then there is nothing to change', async () => {
    const file = await pushAnd({ rootUrl: 'https://move.example.com/', database: 'second' }, /^lab-1 {2}starting/, () => cut(second));
    expect(await pushTo(lab, file, { adminPassword: 'file:admin' })).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('Nothing to change') as string });
  });
});
