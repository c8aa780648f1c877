import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollback } from '../../src/commands/rollback.ts';
import type { RollbackOptions } from '../../src/commands/rollback.ts';
import { makeWorld } from '../../src/context.ts';
import { ExitCode } from '../../src/errors.ts';
import type { SavedPlan } from '../../src/plan/saved-plan.ts';
import type { World } from '../../src/world.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab, LabHost } from '../lab/lab.ts';
import { ask, atHome, packageRoot, pushTo, writeClusterFile } from './push-lab.ts';

const secrets = { database: `p"w'0f#the\\lab;"""`, admin: 'first admin # of "all"' };
const config = '/etc/grafana/grafana.ini';
const state = '/var/lib/grafana-ha';

let oneWorld: World | undefined;

/** One story: each part goes on where the one before it ended. */
describe('plans, hands and the way back', () => {
  let lab: Lab;
  let file: string;
  let plan: string;
  let hosts: readonly [LabHost, LabHost];
  let fresh: readonly string[];
  beforeAll(async () => {
    lab = await startLab({ strength: 'real', hosts: 2, databases: ['postgres'] });
    hosts = [lab.hosts[0]!, lab.hosts[1]!];
    await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
    file = writeClusterFile(lab, secrets);
    plan = join(lab.folder, 'plan.json');
    fresh = await configs();
  });
  afterAll(() => lab.stop());

  const onAll = (script: string): Promise<string[]> => Promise.all(hosts.map((host) => ask(host, script)));
  const configs = () => onAll(`cat ${config}`);
  const set = (from: string, to: string): void => writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  const undo = async (options: RollbackOptions = {}) => {
    let stdout = '';
    const world = atHome(oneWorld ??= makeWorld(packageRoot), lab.folder);
    const quiet = { ...world.screen, print: (text: string) => void (stdout += `${text}\n`), note: () => {}, progress: () => ({ update: () => {}, done: () => {} }) };
    const exitCode = await rollback({ ...world, screen: quiet }, { file, hostKey: lab.hostKeyFingerprints, yes: true, ...options });
    return { exitCode, stdout };
  };

  it('applies a first push exactly as it was saved and reviewed, secrets made new among it', async () => {
    expect(await pushTo(lab, file, { savePlan: plan })).toMatchObject({ exitCode: ExitCode.Done });
    expect(await configs()).toEqual(fresh);
    expect(await onAll(`stat -c '%a %U' ${state} ${state}/key`)).toEqual(Array(2).fill('700 root\n600 root'));
    const saved = readFileSync(plan, 'utf8');
    expect(statSync(plan).mode & 0o777).toBe(0o600);
    expect((await pushTo(lab, file, { plan })).exitCode).toBe(ExitCode.Done);

    const made = [...Object.values(secrets), ...(await onAll('for f in /etc/grafana/secrets/*; do cat $f; done')).flatMap((text) => text.split('\n'))].filter((text) => text !== '');
    for (const secret of made) {
      for (const text of [secret, `${secret}\n`]) {
        for (const hash of ['sha256', 'sha1', 'md5', 'sha512']) expect(saved).not.toContain(createHash(hash).update(text).digest('hex'));
      }
      expect(saved).not.toContain(secret);
    }
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('Nothing to change') as string });
  });

  it('refuses a saved plan when a node or the cluster file changed since', async () => {
    set('https://grafana.example.com/', 'https://second.example.com/');
    await pushTo(lab, file, { savePlan: plan });
    await ask(hosts[1], `printf '; hers\\n' >> ${config}`);
    await expect(pushTo(lab, file, { plan })).rejects.toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, message: expect.stringContaining(`lab-2: ${config} was changed`) as string });
    await pushTo(lab, file, { savePlan: plan });
    set('https://second.example.com/', 'https://third.example.com/');
    await expect(pushTo(lab, file, { plan })).rejects.toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, message: expect.stringMatching(/lab-1: .*grafana\.ini would become something else/) as string });
    set('https://third.example.com/', 'https://second.example.com/');
    const { nodes } = JSON.parse(readFileSync(plan, 'utf8')) as SavedPlan;
    expect(nodes.map(({ changes }) => changes.map(({ key }) => key))).toEqual([['root_url', 'domain'], ['root_url', 'domain']]);
    expect((await pushTo(lab, file, { plan, yes: false })).exitCode).toBe(ExitCode.Done);
    expect(await onAll(`grep -c '^root_url = https://second' ${config}`)).toEqual(['1', '1']);
  });

  it("stops at a hand's edit until it is taken back, and leaves alone what nobody manages", async () => {
    await ask(hosts[0], `sed -i 's,^root_url = .*,root_url = https://hand.example.com/ ; why,' ${config}; printf '[users]\\ndefault_theme = light\\n' >> ${config}`);
    const shown = await pushTo(lab, file).catch((error: unknown) => error);
    expect(shown).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, hint: expect.stringContaining('push --adopt') as string });
    expect((await configs())[0]).toContain('https://hand.example.com/ ; why');
    const back = await pushTo(lab, file, { overwrite: true });
    expect(back).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('[server] root_url: https://hand.example.com/ → https://second.example.com/   theirs: https://second.example.com/ → https://hand.example.com/') as string });
    expect((await configs())[0]).toMatch(/root_url = https:\/\/second\.example\.com\/ ; why[\s\S]*\[users\]\ndefault_theme = light/);
  });

  it("takes a hand's edit over into the cluster file and the ini beside it", async () => {
    const base = join(lab.folder, 'base.ini');
    writeFileSync(base, '; for all\n[users]\ndefault_theme = system ; calm\n');
    set('name = lab\n', 'name = lab\n; what people type\nsettings = base.ini\n');
    expect((await pushTo(lab, file)).exitCode).toBe(ExitCode.Done);
    expect(await onAll(`grep -c '^default_theme = system' ${config}`)).toEqual(['1', '1']);
    await ask(hosts[1], `sed -i 's,^root_url = .*,root_url = https://hand.example.com/,; s,^domain = .*,domain = hand.example.com,; s,^default_theme = .*,default_theme = light,' ${config}`);
    const adopted = await pushTo(lab, file, { adopt: true });
    expect(adopted).toMatchObject({ exitCode: ExitCode.Done, stderr: expect.stringMatching(/wrote to \S+: \[cluster\] root_url = https:\/\/hand\.example\.com\/, as lab-2 has it\nwrote to \S+base\.ini: \[users\] default_theme = light, as lab-2/) as string });
    expect(readFileSync(base, 'utf8')).toBe('; for all\n[users]\ndefault_theme = light ; calm\n');
    expect(readFileSync(file, 'utf8')).toContain('; what people type\nsettings = base.ini\nroot_url = https://hand.example.com/\n');
    expect(await onAll(`grep -cE '^(root_url = https://hand.example.com/|default_theme = light)' ${config}`)).toEqual(['2', '2']);
    expect(await pushTo(lab, file)).toMatchObject({ stdout: expect.stringContaining('Nothing to change') as string });
  });

  it('lists the pushes, takes one back on one node, and that back again', async () => {
    const listed = JSON.parse((await undo({ list: true, json: true })).stdout) as readonly { readonly id: string; readonly command: string; readonly held: readonly string[] }[];
    expect(listed.map(({ command, held }) => [command, held.join()])).toEqual([['push', 'lab-1'], ['push', 'lab-1,lab-2'], ['push', 'lab-1'], ['push', 'lab-1,lab-2'], ['push', 'lab-1,lab-2']]);
    expect((await undo({ list: true })).stdout).toMatch(/^ID +what +who +when \(UTC\) +nodes +result\n\d{8}T\d{6}Z-[0-9a-f]{4}  push \(roll\)  \S+ from \S+  .*  lab-1 +healthy\n/);
    const before = await configs();
    await lab.postgres!.adminExec(`insert into migration_log (migration_id, "sql", success, error, timestamp) values ('of a newer Grafana', '', true, '', now())`, 'grafana');
    const { stdout } = await undo({ dryRun: true });
    await lab.postgres!.adminExec("delete from migration_log where migration_id = 'of a newer Grafana'", 'grafana');
    expect(stdout).toMatch(/Files alone are not enough: the schema of the database has seen \d+ migrations, and had seen \d+ before that push/);
    expect(stdout).toContain('[server] root_url: https://hand.example.com/ → https://second.example.com/');
    expect(await configs()).toEqual(before);
    expect(await undo({ nodes: ['lab-1'], to: listed[1]!.id })).toMatchObject({ exitCode: ExitCode.EndedBadly, stdout: expect.stringMatching(/1 restart[^]*Incomplete: lab-2 keeps .* --nodes lab-2/) as string });
    expect(await onAll(`grep -c '^root_url = https://second' ${config} || :`)).toEqual(['1', '0']);
    expect((await undo()).exitCode).toBe(ExitCode.Done);
    expect(await configs()).toEqual(before);
  });

  it('takes all pushes back to what was there at first, and refuses half of that', async () => {
    const pushes = JSON.parse((await undo({ list: true, json: true })).stdout) as readonly { readonly id: string }[];
    const first = pushes.at(-1)!.id;
    await expect(undo({ to: first, nodes: ['lab-2'] })).rejects.toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, message: expect.stringContaining('lab-1 would stay behind') as string });
    await expect(undo({ to: 'nonsense' })).rejects.toMatchObject({ exitCode: ExitCode.WrongUsage });
    const running = await configs();
    expect(await undo({ to: first, overwrite: true })).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('Move  2 restarts') as string });
    expect(await configs()).toEqual(fresh);
    expect(await onAll('ls /etc/grafana/certs; ls /etc/grafana/secrets')).toEqual(Array(2).fill('admin_password\ndatabase_password\nsecret_key\nsecrets_manager_key'));
    expect(await onAll('systemctl is-active grafana-server')).toEqual(['active', 'active']);
    expect((await undo()).exitCode).toBe(ExitCode.Done);
    expect(await configs()).toEqual(running);
    expect(await pushTo(lab, file)).toMatchObject({ stdout: expect.stringContaining('Nothing to change') as string });
  });

  it('stops at a config that a config manager writes, and changes nothing', async () => {
    await ask(hosts[1], `sed -i '1i# Ansible managed' ${config}`);
    set('https://hand.example.com/', 'https://last.example.com/');
    const before = await configs();
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, stdout: expect.stringMatching(/✖ node\.config-manager  lab-2/) as string });
    expect(await configs()).toEqual(before);
  });

  it('names a node whose backup is gone', async () => {
    await ask(hosts[1], `cd ${state}/backups && last=$(ls *.record | tail -n 1) && rm -- "\${last%record}"*`);
    await expect(undo()).rejects.toMatchObject({ message: expect.stringContaining('lab-2 has no backup of push') as string, hint: expect.stringContaining('--nodes lab-1') as string });
  });

  it('leaves one line of audit a push on each node and here, without secrets', async () => {
    const local = join(lab.folder, '.config/grafana-ha/lab/audit.jsonl');
    expect(statSync(local).mode & 0o777).toBe(0o600);
    const texts = [readFileSync(local, 'utf8'), ...(await onAll(`cat ${state}/audit.jsonl`))];
    for (const text of texts) {
      const last = JSON.parse(text.trim().split('\n').at(-1)!) as { readonly command: string; readonly result: object; readonly files: Readonly<Record<string, readonly object[]>> };
      expect(last).toMatchObject({ command: 'rollback', result: { 'lab-1': 'healthy', 'lab-2': 'healthy' } });
      expect(last.files['lab-1']).toContainEqual({ path: config, before: expect.stringMatching(/^[0-9a-f]{64}$/) as string, after: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
      for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
    }
  });
});
