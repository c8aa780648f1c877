import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExitCode, isUserError } from '../../src/errors.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab, LabHost } from '../lab/lab.ts';
import { filterPackets } from '../lab/mesh.ts';
import { run, until } from '../lab/run.ts';
import { ask, packageRoot, pushTo, writeClusterFile } from './push-lab.ts';
import type { ClusterText, Pushed, Witness } from './push-lab.ts';

const secrets = { database: 'p"w', admin: 'first admin' };
const config = '/etc/grafana/grafana.ini';
const dropIns = '/run/systemd/system/grafana-server.service.d';

let lab: Lab;
let hosts: readonly [LabHost, LabHost, LabHost];
let url = '';
let turn = 0;
let frozen: Promise<Ended>;
let freezing: { readonly again: () => Promise<Ended>; readonly states: () => Promise<string[]> };

beforeAll(async () => {
  lab = await startLab({ strength: 'real', hosts: 5, databases: ['postgres'], users: [{ name: 'ops', sudo: 'nopasswd' }] });
  hosts = [lab.hosts[0]!, lab.hosts[1]!, lab.hosts[2]!];
  await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
  await lab.postgres!.adminExec('create database second owner grafana');
  await lab.postgres!.adminExec('create database frozen owner grafana');
  const pair = { ...lab, folder: join(lab.folder, 'pair'), hosts: lab.hosts.slice(3) };
  lab = { ...lab, hosts };
  mkdirSync(pair.folder);
  const before = writeClusterFile(pair, secrets, { database: 'frozen' });
  const [first, other] = await Promise.all([pushed(next()), pushed(before, {}, {}, pair)]);
  expect([first.exitCode, other.exitCode]).toEqual([ExitCode.Done, ExitCode.Done]);

  const file = writeClusterFile(pair, secrets, { database: 'frozen', rootUrl: 'https://frozen.example.com/' });
  const link = `ghalab${pair.hosts[1]!.address.split('.')[2]}-5`;
  const freeze = when(/^lab-5 {2}starting/, () => run(['ip', 'link', 'set', link, 'down']));
  freezing = {
    again: () => pushed(file, {}, {}, pair),
    states: () => Promise.all(pair.hosts.map((host) => ask(host, stateOf('https://frozen.example.com/')))),
  };
  // It takes a minute until ssh gives up on a silent host; meanwhile the others are tried.
  frozen = pushedInProcess(file, freeze.line, pair).then(async (ended) => {
    await freeze.done();
    // The node never hears that its client has closed, as if the operator's machine had vanished.
    await filterPackets(pair.hosts[1]!, 'tcp dport 22 tcp flags & fin == fin drop');
    await run(['ip', 'link', 'set', link, 'up']);
    return ended;
  });
});
afterAll(() => lab.stop());

const onAll = (script: string): Promise<string[]> => Promise.all(hosts.map((host) => ask(host, script)));

/** The cluster file with a URL that no push has seen. */
function next(change: Omit<ClusterText, 'rootUrl'> = {}): string {
  url = `https://t${turn += 1}.example.com/`;
  return writeClusterFile(lab, secrets, { rootUrl: url, ...change });
}

interface Ended extends Pushed {
  /** What was said in the end: the report, or the error with its hint. */
  readonly said: string;
}

async function pushed(file: string, options: Parameters<typeof pushTo>[2] = {}, witness: Witness = {}, on = lab): Promise<Ended> {
  return pushTo(on, file, options, witness).then((ended) => ({ ...ended, said: ended.stdout }), (error: unknown) => {
    if (!isUserError(error)) throw error;
    return { exitCode: error.exitCode, stdout: '', stderr: '', said: `${error.message}\n${error.hint ?? ''}` };
  });
}

/** The same in a process of its own, which has ended when it has. */
async function pushedInProcess(file: string, line: (text: string) => void, on: Lab): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'push-child.ts'), file, ...on.hostKeyFingerprints], { cwd: packageRoot, stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (told[name] += text));
  createInterface(child.stderr).on('line', line);
  const [exitCode] = (await once(child, 'close')) as [number];
  return { exitCode, ...told, said: `${told.stdout}${told.stderr}` };
}

/** Runs something once, when a line of progress says so; `done` tells how it went. */
function when(pattern: RegExp, action: () => Promise<unknown>): { readonly line: (text: string) => void; readonly done: () => Promise<unknown> } {
  let begun: Promise<unknown> | undefined;
  return { line: (text) => void (pattern.test(text) && (begun ??= action())), done: () => begun ?? Promise.reject(new Error(`no line matched ${pattern}`)) };
}

/** `new` or `old` URL, and whether Grafana runs, node by node. */
const stateOf = (rootUrl: string): string => `grep -q '^root_url = ${rootUrl}' ${config} && printf new || printf old; printf ' '; systemctl is-active grafana-server || :`;
const states = (): Promise<string[]> => onAll(stateOf(url));
const leftovers = (): Promise<string[]> => onAll(`find /etc /var -xdev -name '.grafana-ha-*.tmp'; ls -A /var/lib/grafana-ha | grep -E '^lock$' || :; ls ${dropIns}/zz* 2>/dev/null || :`);
const three = (text: string): readonly string[] => [text, text, text];

/** After what was spoiled is mended, one push brings all to the same end. */
async function expectWhole(file: string): Promise<void> {
  expect(await pushed(file)).toMatchObject({ exitCode: ExitCode.Done });
  expect(await states()).toEqual(three('new active'));
  expect(await leftovers()).toEqual(three(''));
}

const dropIn = (lines: readonly string[]): string => `mkdir -p ${dropIns}; printf '%s\\n' '[Service]' ${lines.map((line) => `"${line}"`).join(' ')} > ${dropIns}/test.conf; systemctl daemon-reload`;
const mendDropIn = `rm -f ${dropIns}/test.conf; systemctl daemon-reload`;
const whileNew = (command: string): string => dropIn([`ExecStartPre=/bin/sh -c 'if grep -q ${new URL(url).hostname} ${config}; then ${command}; fi'`]);

describe('what is found before anything is changed', () => {
  it.each([
    ['a config with an immutable bit', `chattr +i ${config}`, `chattr -i ${config}`, /chattr -ia/],
    ['a config that is bind-mounted by itself', `mount --bind ${config} ${config}`, `umount ${config}`, /lab-2/],
    ['a host key that is another one than yesterday', 'cd /etc/ssh; mkdir kept; mv ssh_host_*_key* kept; ssh-keygen -q -t ed25519 -N "" -f ssh_host_ed25519_key; systemctl restart ssh', 'cd /etc/ssh; rm ssh_host_*_key*; mv kept/* .; rmdir kept; systemctl restart ssh', /host key/i],
  ])('%s', async (_, spoil, mend, said) => {
    const file = next();
    const before = await states();
    await ask(hosts[1], spoil);
    const ended = await pushed(file);
    expect(await states()).toEqual(before);
    await ask(hosts[1], mend);
    expect(ended.exitCode).toBe(ExitCode.NotAsItShouldBe);
    expect(ended.said).toMatch(said);
    expect(before).toEqual(three('old active'));
    expect(await leftovers()).toEqual(three(''));
  });

  it('a config that somebody edits while the plan is on the screen', async () => {
    const file = next();
    const ended = await pushed(file, {}, { confirm: async () => {
      await ask(hosts[1], `echo '; mine' >> ${config}`);
      return true;
    } });
    expect(ended).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, said: expect.stringMatching(/lab-2: a file was edited while the plan was on the screen/) as string });
    expect(await states()).toEqual(three('old active'));
    await expectWhole(file);
    expect(await ask(hosts[1], `tail -n 1 ${config}`)).toBe('; mine');
  });

  it('a node that is down: all or nothing, unless it is left out by name; then the verdict is "incomplete"', async () => {
    const file = next();
    await ask(hosts[1], 'systemctl stop ssh.socket ssh 2>/dev/null || systemctl stop ssh');
    const all = await pushed(file);
    const afterAll = await states();
    const part = await pushed(file, { nodes: ['lab-1', 'lab-3'] });
    const afterPart = await states();
    await ask(hosts[1], 'systemctl start ssh');
    expect(all).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, said: expect.stringMatching(/node\.ssh[^]*lab-2/) as string });
    expect(afterAll).toEqual(three('old active'));
    expect(part).toMatchObject({ exitCode: ExitCode.EndedBadly, said: expect.stringMatching(/Incomplete: lab-2 is not as the cluster file says[^]*grafana-ha push --nodes lab-2/) as string });
    expect(afterPart).toEqual(['new active', 'old active', 'new active']);
    await expectWhole(file);
  });
});

describe('what goes wrong on the way', () => {
  it('a config that somebody edits while the nodes before are at it: that node is left alone', async () => {
    const file = next();
    const edit = when(/^lab-1 {2}starting/, () => ask(hosts[1], `echo '; mine too' >> ${config}`));
    const ended = await pushed(file, {}, edit);
    await edit.done();
    expect(ended).toMatchObject({ exitCode: ExitCode.EndedBadly, said: expect.stringMatching(/lab-2 {2}as it was before[^]*a file was edited/) as string });
    expect(await states()).toEqual(['new active', 'old active', 'old active']);
    await expectWhole(file);
  });

  it('health that never comes: the old file comes back, and with rollback-all on the nodes before, too', async () => {
    const file = next({ wait: 4 });
    await ask(hosts[1], whileNew('sleep 600'));
    const ended = await pushed(file, { onFailure: 'rollback-all' });
    expect(ended).toMatchObject({ exitCode: ExitCode.EndedBadly, said: expect.stringMatching(/lab-1 {2}has its old config back[^]*lab-2 {2}has its old config back[^]*no healthy answer after 4 s/) as string });
    expect(await states()).toEqual(three('old active'));
    await ask(hosts[1], mendDropIn);
    await expectWhole(file);
  });

  it('a migration that outlasts systemd and our patience: nobody cuts it, and systemd has its limit again', async () => {
    const file = next({ wait: 4 });
    await ask(hosts[1], dropIn(['TimeoutStartSec=2', `ExecStartPre=/bin/sh -c 'if grep -q ${new URL(url).hostname} ${config}; then sleep 9; fi'`]));
    let rows = 0;
    let over = false;
    const migrate = when(/^lab-2 {2}starting/, async () => {
      await until('the start to be over', async () => {
        await lab.postgres!.adminExec(`insert into migration_log (migration_id, sql, success, error, timestamp) values ('test ${turn} ${rows += 1}', '', true, '', now())`, 'grafana');
        return over;
      });
    });
    const ended = await pushed(file, {}, migrate).finally(() => (over = true));
    await migrate.done();
    expect(ended).toMatchObject({ exitCode: ExitCode.Done, stderr: expect.stringMatching(/lab-2 {2}migrated \d+/) as string });
    expect(rows).toBeGreaterThan(3);
    expect(await ask(hosts[1], 'systemctl show -p TimeoutStartUSec -p NRestarts grafana-server | sort')).toBe('NRestarts=0\nTimeoutStartUSec=2s');
    await ask(hosts[1], mendDropIn);
    expect(await states()).toEqual(three('new active'));
    expect(await leftovers()).toEqual(three(''));
  });

  it.each(['starting', 'healthy'])('somebody who starts another node while the first is %s: no two Grafanas start at once', async (moment) => {
    const file = next();
    await ask(hosts[2], dropIn(['ExecStartPre=/bin/sleep 4']));
    const other = when(new RegExp(`^lab-1 {2}${moment}`), () => ask(hosts[2], 'systemctl --no-block restart grafana-server'));
    const ended = await pushed(file, {}, other);
    await other.done();
    expect(ended, `${ended.said}${ended.stderr}`).toMatchObject({ exitCode: ExitCode.Done, stderr: expect.stringContaining('lab-2  waits until lab-3 has started') as string });
    // All hosts share one monotonic clock here. The last start of lab-3 is ours, the one before that somebody's.
    const somebodys = Number(await ask(hosts[2], "journalctl -u grafana-server -o short-monotonic --no-pager | grep ': Started ' | tail -n 2 | head -n 1 | sed -E 's/^\\[ *([0-9.]+)\\].*/\\1/'"));
    const ours = Number(await ask(hosts[1], 'systemctl show -p InactiveExitTimestampMonotonic --value grafana-server')) / 1e6;
    expect(somebodys).toBeGreaterThan(0);
    expect(ours).toBeGreaterThan(somebodys);
    await ask(hosts[2], mendDropIn);
    expect(await states()).toEqual(three('new active'));
    expect(await leftovers()).toEqual(three(''));
  });

  it('a database that goes away between plan and roll: one node is tried, the others run on', async () => {
    const file = next();
    const ended = await pushed(file, {}, { confirm: async () => {
      await lab.postgres!.adminExec('alter role grafana nologin');
      await lab.postgres!.adminExec("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'grafana'");
      return true;
    } });
    const left = await states();
    await lab.postgres!.adminExec('alter role grafana login');
    expect(ended).toMatchObject({ exitCode: ExitCode.EndedBadly, said: expect.stringMatching(/lab-1 {2}has its old config back and does not come up/) as string });
    expect(left).toEqual([expect.stringMatching(/^old (inactive|failed)/), 'old active', 'old active']);
    await expectWhole(file);
  });

  it('root that is lost together with the link: told, and the next push goes on', async () => {
    const file = next({ user: 'ops' });
    const lose = when(/^lab-2 {2}starting/, () => ask(hosts[1], 'mv /etc/sudoers.d/ops /root/; pkill -KILL -u ops sshd'));
    const ended = await pushed(file, {}, lose);
    await lose.done();
    const left = await states();
    await ask(hosts[1], 'mv /root/ops /etc/sudoers.d/');
    expect(ended).toMatchObject({ exitCode: ExitCode.EndedBadly, said: expect.stringMatching(/lab-2 {2}not known[^]*sudo/) as string });
    expect(left[0]).toBe('new active');
    expect(left[2]).toBe('old active');
    await expectWhole(file);
  });

  it('two pushes at once: one is done, the other is told who holds the lock', async () => {
    const file = next();
    const before = await onAll('systemctl show -p InvocationID --value grafana-server');
    const both = await Promise.all([pushed(file), pushed(file)]);
    expect(both.map(({ exitCode }) => exitCode).toSorted((one, other) => one - other)).toEqual([ExitCode.Done, ExitCode.NotAsItShouldBe]);
    expect(both.find(({ exitCode }) => exitCode !== 0)!.said).toMatch(/Another push (holds the lock|was at)|a file was edited|changed while they were looked at/);
    expect(await states()).toEqual(three('new active'));
    const after = await onAll('systemctl show -p InvocationID --value grafana-server; journalctl -u grafana-server -o cat --since -60s | grep -c "^Started" || :');
    expect(after.some((text, index) => text.startsWith(before[index]!))).toBe(false);
    expect(await states()).toEqual(three('new active'));
    expect(await leftovers()).toEqual(three(''));
  });

  it('a push that another one overtakes while it looks takes its files for nobody\'s edit', async () => {
    const file = next();
    let first: Promise<Ended> | undefined;
    const atWork = await pushed(file, {}, { looked: () => new Promise((resolve) => {
      first = pushed(file, {}, { line: (line) => void (/^lab-2 {2}starting/.test(line) && resolve(line)) });
      first.then(resolve, resolve);
    }) });
    expect(await first).toMatchObject({ exitCode: ExitCode.Done });
    expect(atWork).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, said: expect.stringMatching(/^Another push holds the lock on lab-\d: .*push \(roll\) to lab-1, lab-2, lab-3/) as string });

    next();
    const wanted = readFileSync(file, 'utf8');
    const done = await pushed(file, { adopt: true }, { looked: () => pushed(file) });
    expect(done).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, said: expect.stringMatching(/^Files on lab-\d changed while they were looked at\.\nTry again/) as string });
    expect(readFileSync(file, 'utf8')).toBe(wanted);
    expect(await states()).toEqual(three('new active'));
    await expectWhole(file);
  });

  it("a push that fails after one that was killed puts back what that one had left, and nobody is said to have edited it", async () => {
    const id = '20260101T000000Z-0001';
    // As if killed when its files were live, and before it said so.
    await ask(hosts[0], `cd /var/lib/grafana-ha; read -r left < pushed; sed -i 's,${new URL(url).hostname},killed.example.com,' ${config}; { head -n 1 "$left"; cat ${config}; } > backups/${id}.left; echo roll backups/${id}.left > pending`);
    const file = next();
    await ask(hosts[0], whileNew('exit 1'));
    const ended = await pushed(file);
    await ask(hosts[0], mendDropIn);
    expect(ended).toMatchObject({ exitCode: ExitCode.EndedBadly, said: expect.stringContaining('lab-1  has its old config back') as string });
    expect(await ask(hosts[0], `grep -c '^root_url = https://killed' ${config}; ls -A /var/lib/grafana-ha | grep -c pending || :`)).toBe('1\n0');
    await expectWhole(file);
  });

  it('hooks: around each node with its name, and one that fails stops the roll', async () => {
    const log = join(lab.folder, 'hooks.log');
    const script = join(lab.folder, 'hook.sh');
    writeFileSync(script, `echo "$1 $GRAFANA_HA_NODE $GRAFANA_HA_ACTION $GRAFANA_HA_HOST $GRAFANA_HA_ADDRESS $GRAFANA_HA_CLUSTER" >> ${log}\n[ "$1 $GRAFANA_HA_NODE" != "before lab-2" ]\n`);
    const more = `[hooks]\nbefore_node = sh ${script} before\nafter_node = sh ${script} after`;
    const file = next({ more });
    const ended = await pushed(file);
    expect(ended).toMatchObject({ exitCode: ExitCode.EndedBadly, said: expect.stringMatching(/lab-2 {2}as it was before[^]*The hook before_node failed/) as string });
    const [first] = hosts;
    expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([`before lab-1 restart lab-1 ${first.address} lab`, `after lab-1 restart lab-1 ${first.address} lab`, expect.stringMatching(/^before lab-2 restart/)]);
    expect(await states()).toEqual(['new active', 'old active', 'old active']);
    rmSync(log);
    writeFileSync(script, 'exit 0\n');
    await expectWhole(file);
  });

  it('a clock that is two hours ahead on one node: told, and the push ends well', async () => {
    const file = next();
    await ask(hosts[1], `printf '%s\\n' '#!/bin/sh' 'LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 FAKETIME=+7200s exec /bin/date "$@"' > /usr/local/bin/date; chmod 755 /usr/local/bin/date`);
    const ended = await pushed(file).finally(() => ask(hosts[1], 'rm /usr/local/bin/date'));
    expect(ended).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringMatching(/! node\.clock {2}lab-2\n {2}found {5}7\d\d\d s ahead/) as string });
    expect(await states()).toEqual(three('new active'));
  });

  it('all nodes down before the push: they are started, one by one', async () => {
    const file = next();
    await onAll('systemctl stop grafana-server');
    const ended = await pushed(file);
    expect(ended).toMatchObject({ exitCode: ExitCode.Done, said: expect.stringContaining('3 starts') as string });
    expect(await states()).toEqual(three('new active'));
  });

  it('a node that freezes mid-roll: told, the others run on, and the next push goes on', async () => {
    expect(await frozen).toMatchObject({ exitCode: ExitCode.EndedBadly, said: expect.stringMatching(/lab-5 {2}not known/) as string });
    // Its Grafana had no database while it was away, or was stopped and not yet started when the link went.
    expect(await freezing.states()).toEqual(['new active', expect.stringMatching(/^new (active|failed|inactive)/)]);
    const again = await freezing.again();
    expect(again.exitCode, again.said).toBe(ExitCode.Done);
    expect(again.stderr).toMatch(/giving the lock on lab-5 back; this one takes it over/);
    expect(await freezing.states()).toEqual(['new active', 'new active']);
  });
});

describe('a move', () => {
  it('whose third node fails leaves that one stopped, and nobody on another database; the next push finishes', async () => {
    const file = next({ database: 'second' });
    await ask(hosts[2], whileNew('echo refused by the test >&2; exit 1'));
    const ended = await pushed(file, { adminPassword: 'file:admin' });
    expect(ended).toMatchObject({ exitCode: ExitCode.EndedBadly, said: expect.stringMatching(/lab-3 {2}has the new config and is stopped[^]*refused by the test/) as string });
    expect(await states()).toEqual(['new active', 'new active', expect.stringMatching(/^new (inactive|failed)/)]);
    await ask(hosts[2], mendDropIn);
    await expectWhole(file);
  });

  it('with rollback-all goes back as a whole', async () => {
    const file = next({ database: 'grafana' });
    await ask(hosts[2], whileNew('exit 1'));
    const ended = await pushed(file, { onFailure: 'rollback-all' });
    expect(ended.exitCode).toBe(ExitCode.EndedBadly);
    expect(await states()).toEqual(three('old active'));
    expect(await onAll(`grep '^name = ' ${config}`)).toEqual(three('name = second'));
    expect(await leftovers()).toEqual(three(''));
  });
});
