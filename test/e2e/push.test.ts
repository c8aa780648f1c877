import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ExitCode, UserError } from '../../src/errors.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab, LabHost } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { ask, mainPid, pushTo, writeClusterFile } from './push-lab.ts';

const secrets = { database: `p"w'0f#the\\lab;"""`, admin: 'first admin # of "all"' };
const config = '/etc/grafana/grafana.ini';
const newUrl = 'https://new.example.com/';
const onPurpose = '[ignore]\nhost.ports = taken on purpose';

describe('push to three hosts', () => {
  let lab: Lab;
  let file: string;
  let hosts: readonly [LabHost, LabHost, LabHost];
  beforeAll(async () => {
    lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres'], users: [{ name: 'ops', sudo: 'nopasswd' }] });
    hosts = [lab.hosts[0]!, lab.hosts[1]!, lab.hosts[2]!];
  });
  afterAll(() => lab.stop());
  beforeEach(async () => {
    await onAll('rm -rf /run/systemd/system/grafana-server.service.d && systemctl daemon-reload; systemctl stop squatter 2>/dev/null || :');
    await Promise.all(hosts.map((host) => host.reset()));
    await lab.postgres!.dropDatabase('grafana', 'grafana');
    await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
    file = writeClusterFile(lab, secrets);
  });

  const onAll = (script: string): Promise<string[]> => Promise.all(hosts.map((host) => ask(host, script)));
  const configs = () => onAll(`cat ${config}`);
  const pids = () => Promise.all(hosts.map(mainPid));
  const leftovers = () => onAll('find / -xdev -name ".grafana-ha-*"; ls -A /var/lib/grafana-ha | grep -E "lock|pending"; ls /run/systemd/system/grafana-server.service.d/zz* 2>/dev/null || :');
  /** Makes Grafana on a host end at once while its config names the new URL. */
  const failOnNewUrl = (host: LabHost) => ask(host, `mkdir -p /run/systemd/system/grafana-server.service.d
printf '%s\\n' '[Service]' "ExecStartPre=/bin/sh -c 'if grep -q new.example ${config}; then echo refused by the test >&2; exit 1; fi'" > /run/systemd/system/grafana-server.service.d/test.conf
systemctl daemon-reload`);
  /** Holds Grafana's http port, which a push sees beforehand unless told that it is meant. */
  const squat = (host: LabHost) => ask(host, `systemd-run -q --unit=squatter python3 -c 'import socket,time; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("0.0.0.0", 3000)); s.listen(); time.sleep(3600)'
for i in $(seq 100); do ss -ltn | grep -q :3000 && exit 0; sleep 0.05; done; exit 1`);

  it('makes a cluster of them, and then has nothing to change', async () => {
    await onAll(`printf '; mine\\n[users]\\ndefault_theme = light ; hers\\n' >> ${config}`);
    const first = await pushTo(lab, file);
    expect(first).toMatchObject({ exitCode: ExitCode.Done });
    for (const host of hosts) {
      const text = await ask(host, `cat ${config}`);
      expect(text).toContain('password = $__file{/etc/grafana/secrets/database_password}');
      expect(text).toContain('secret_key = $__file{/etc/grafana/secrets/secrets_manager_key}');
      expect(text).toContain('; mine\n[users]\ndefault_theme = light ; hers');
      expect(await ask(host, `stat -c '%U:%G %a' ${config} /etc/grafana/secrets/* /etc/grafana/secrets; ls -A /etc/grafana | grep tmp || :`)).toBe(
        [...Array<string>(5).fill('root:grafana 640'), 'root:grafana 750'].join('\n'));
    }
    const running = await pids();
    const second = await pushTo(lab, file);
    expect(second).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('Nothing to change') as string });
    expect(await pids()).toEqual(running);
    expect((await leftovers()).join('')).toBe('');
    for (const secret of Object.values(secrets)) expect(first.stdout + first.stderr + second.stdout + second.stderr).not.toContain(secret);
  });

  it('rolls a change through one node at a time, users and their shells as they are', async () => {
    await onAll(`printf 'echo noise; echo more noise >&2\\n' | tee /home/ops/.bashrc > /home/ops/.profile; mv ${config} /srv/real.ini && ln -s /srv/real.ini ${config}`);
    await pushTo(lab, file);
    const before = await onAll('systemctl show -p ActiveEnterTimestampMonotonic --value grafana-server');
    file = writeClusterFile(lab, secrets, { rootUrl: newUrl, user: 'ops' });
    const rolled = await pushTo(lab, file);
    expect(rolled).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringMatching(/Roll {2}3 restarts, lab-1 first/) as string });
    const after = await onAll('systemctl show -p ActiveEnterTimestampMonotonic --value grafana-server');
    expect(after.every((at, index) => Number(at) > Number(before[index]))).toBe(true);
    expect(await onAll(`readlink ${config}; stat -c '%U:%G %a' /srv/real.ini; grep -c '^root_url = ${newUrl}' ${config}`)).toEqual(Array(3).fill('/srv/real.ini\nroot:grafana 640\n1'));
    expect((await onAll('ls /var/lib/grafana-ha/backups/*.record | wc -l')).join()).toBe('2,2,2');
  });

  it('puts everything back when the founder of a move fails, and says why', async () => {
    await squat(hosts[0]);
    file = writeClusterFile(lab, secrets, { more: onPurpose });
    const before = await configs();
    const pushed = await pushTo(lab, file);
    expect(pushed.exitCode).toBe(ExitCode.EndedBadly);
    expect(pushed.stdout).toContain('Another program holds the http port');
    expect(await ask(hosts[0], 'journalctl -u grafana-server -o cat | grep -c "^Started" || :')).toBe('1');
    expect(await configs()).toEqual(before);
    expect(await onAll('ls -A /etc/grafana/certs; systemctl -q is-active grafana-server || echo down')).toEqual(['down', 'down', 'down']);
    // The founder may have encrypted rows with the new key before it failed: the next push takes the same one.
    const keys = await onAll('cat /etc/grafana/secrets/secret_key');
    await ask(hosts[0], 'systemctl stop squatter');
    expect((await pushTo(lab, file)).exitCode).toBe(ExitCode.Done);
    expect(await onAll('cat /etc/grafana/secrets/secret_key')).toEqual(keys);
    expect((await leftovers()).join('')).toBe('');
  });

  it('leaves a later node of a move stopped and starts the others', async () => {
    await squat(hosts[1]);
    file = writeClusterFile(lab, secrets, { more: onPurpose });
    const pushed = await pushTo(lab, file);
    expect(pushed.exitCode).toBe(ExitCode.EndedBadly);
    expect(await onAll('systemctl is-active grafana-server || :')).toEqual(['active', 'inactive', 'active'].map((state, index) => (index === 1 ? expect.stringMatching(/inactive|failed/) as string : state)));
    await ask(hosts[1], 'systemctl stop squatter');
    const again = await pushTo(lab, file);
    expect(again).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('1 start') as string });
    expect(await onAll('systemctl is-active grafana-server')).toEqual(['active', 'active', 'active']);
  });

  it('gives a node that fails in a roll its old file back and leaves the rest untouched', async () => {
    await pushTo(lab, file);
    const [, second, third] = await configs();
    const running = await pids();
    await failOnNewUrl(hosts[1]);
    file = writeClusterFile(lab, secrets, { rootUrl: newUrl });
    const pushed = await pushTo(lab, file);
    expect(pushed.exitCode).toBe(ExitCode.EndedBadly);
    expect(pushed.stdout).toContain('refused by the test');
    // Once: the unit's own Restart=on-failure would repeat a wrong login five times.
    expect(await ask(hosts[1], 'journalctl -u grafana-server -o cat | grep -c "refused by the test"; systemctl show -p Restart --value grafana-server')).toBe('1\non-failure');
    const after = await configs();
    expect(after[0]).toContain(newUrl);
    expect(after.slice(1)).toEqual([second, third]);
    expect((await pids())[2]).toBe(running[2]);
    expect(await onAll('systemctl is-active grafana-server')).toEqual(['active', 'active', 'active']);
    expect((await leftovers()).join('')).toBe('');
  });

  it('lets no second push in, says whose lock it is, and breaks it on purpose', async () => {
    await onAll(`mkdir -p /var/lib/grafana-ha/lock; printf '%s\\n' '{"id":"x","who":"eve","from":"desk","since":"2027-01-04T10:00:00Z","doing":"push (roll) to lab-1"}' > /var/lib/grafana-ha/lock/holder`);
    const before = await configs();
    await expect(pushTo(lab, file)).rejects.toThrow(/eve from desk, since 2027-01-04T10:00:00Z, push \(roll\) to lab-1/);
    await expect(pushTo(lab, file)).rejects.toBeInstanceOf(UserError);
    expect(await configs()).toEqual(before);
    expect((await pushTo(lab, file, { breakLock: true })).exitCode).toBe(ExitCode.Done);
  });

  it('shows no secret in any argument list', async () => {
    const patterns = join(lab.folder, 'patterns');
    writeFileSync(patterns, `${Object.values(secrets).join('\n')}\nControlPersist\n`);
    const sampler = spawn('sh', ['-c', `while :; do cat /proc/[0-9]*/cmdline; done 2>/dev/null | tr '\\0' '\\n' | grep -a -F --line-buffered -f ${patterns}`], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    let seen = '';
    sampler.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    expect((await pushTo(lab, file)).exitCode).toBe(ExitCode.Done);
    await until('a sample', () => Promise.resolve(seen.includes('ControlPersist')));
    process.kill(-sampler.pid!, 'SIGTERM');
    for (const secret of Object.values(secrets)) expect(seen).not.toContain(secret);
  });
});
