import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { ask, packageRoot, pushTo, writeClusterFile } from './push-lab.ts';

const secrets = { database: 'p"w', admin: 'first admin' };
/** How many runs are ended in each case; KILLS=100 for a long look. */
const kills = Number(process.env['KILLS'] ?? 8);
const atOnce = 8;
const signals = ['SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGKILL', 'SIGINT'] as const;

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ strength: 'real', hosts: 2, databases: ['postgres', 'mariadb'] });
  await Promise.all([lab.postgres!, lab.mariadb!].map((database) => database.createDatabase('grafana', 'grafana', secrets.database)));
  for (const folder of ['home', 'tmp', 'shm', 'cwd', 'program']) mkdirSync(join(lab.folder, 'own', folder), { recursive: true });
});
afterAll(() => lab.stop());

const list = 'find / \\( -path /proc -o -path /sys -o -path /before \\) -prune -o -print | sort';
/** Of a login and its journal; the folder that systemd makes for its first unit without a file; what a Grafana that runs writes by itself. */
const ofOthers = '/var/log/(journal/.*|wtmp|lastlog|btmp)|/run/(utmp|motd\\.dynamic|systemd/transient)|/dev/(pts|null|tty|ptmx).*|/var/(lib|log)/grafana/.*';
/** What a host holds: paths and changed files that it did not hold before; all its processes by number, sockets, timers and passing units. This look itself is in no control group of the host. */
const traces = `
{ ${list} | comm -3 /before - | sed 's/^\\t//'; find / \\( -path /proc -o -path /sys -o -path /before \\) -prune -o ! -type d -newercm /before -print; } | grep -vxE '${ofOthers}'
for p in /proc/[0-9]*; do case $(tail -n 1 $p/cgroup 2>/dev/null) in */../..|'') ;; *) echo "\${p#/proc/} $(tr '\\0' ' ' <$p/cmdline)";; esac; done
ss -Hlntuxw | awk '{ print $1, $5 }' | sort
systemctl list-units --all --plain --no-legend 'run-*.service' 'run-*.scope' '*.timer' | awk '{ print $1 }'`;

/** What is left of all that was started, here, on the hosts and in the databases. */
const snapshot = async (): Promise<unknown> => ({
  hosts: await Promise.all(lab.hosts.map(async (host) => (await ask(host, traces)).split('\n'))),
  processes: ours(),
  files: [...['home', 'shm', 'cwd'].map((folder) => join('own', folder)), '.'].map((folder) => readdirSync(join(lab.folder, folder))),
  postgres: [
    await lab.postgres!.adminExec("select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^pg_(catalog|toast)' and n.nspname <> 'information_schema' order by 1, 2", 'grafana'),
    await lab.postgres!.adminExec('select nspname from pg_namespace order by 1', 'grafana'),
    await lab.postgres!.adminExec("select pid, state, query from pg_stat_activity where application_name = 'grafana-ha'"),
    await lab.postgres!.adminExec("select pid, classid, objid from pg_locks where locktype = 'advisory'"),
  ],
  mariadb: [
    await lab.mariadb!.adminExec("select table_schema, table_name from information_schema.tables where table_schema not in ('sys', 'mysql', 'information_schema', 'performance_schema') order by 1, 2"),
    await lab.mariadb!.adminExec('show databases'),
    // A named lock ends with its session.
    await lab.mariadb!.adminExec("select id, command, info from information_schema.processlist where user = 'grafana'"),
  ],
});

/** Processes on this machine that descend from a `validate` of this test, whoever their parent is now. */
function ours(): readonly string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TRACES_OF=${lab.folder}`) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
    } catch {
      return []; // it ended meanwhile
    }
  });
}

/** Runs `validate` in a process of its own, with a /tmp and a home of its own; ended after so many milliseconds where a number is given. */
async function validated(file: string, end?: { readonly afterMs: number; readonly signal: NodeJS.Signals }, more: readonly string[] = []): Promise<{ readonly end: number | NodeJS.Signals | null; readonly said: string }> {
  const own = join(lab.folder, 'own');
  // What lies below /tmp, such as this checkout, is out of sight then.
  const words = [process.execPath, join(own, 'program/bin/grafana-ha.js'), 'validate', '--file', file, ...lab.hostKeyFingerprints.map((key) => `--host-key=${key}`), ...more];
  const child = spawn('unshare', ['--mount', 'sh', '-c', 'mount --bind "$PROGRAM" "$0/program" && mount --bind "$0/tmp" /tmp && mount --bind "$0/shm" /dev/shm && exec "$@"', own, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'], cwd: join(own, 'cwd'), env: { PATH: process.env['PATH'], HOME: join(own, 'home'), TRACES_OF: lab.folder, PROGRAM: packageRoot },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const timer = end && setTimeout(() => child.kill(end.signal), end.afterMs);
  const ended = await new Promise<number | NodeJS.Signals | null>((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  clearTimeout(timer);
  return { end: ended, said };
}

/** `spanMs`: about how long a run takes. */
async function killOften(file: string, spanMs: number): Promise<void> {
  await Promise.all(lab.hosts.map((host) => ask(host, `${list} >/before`)));
  // ssh asks about the host keys again, a moment more at which a run may die.
  writeFileSync(lab.knownHosts, '');
  const before = await snapshot();

  const ends = Array.from({ length: kills }, (_, round) => ({ afterMs: Math.round(Math.random() * spanMs), signal: signals[round % signals.length]! }));
  const whole = validated(file);
  const answers = [];
  for (let first = 0; first < kills; first += atOnce) answers.push(...await Promise.all(ends.slice(first, first + atOnce).map((end) => validated(file, end))));
  expect(answers.filter(({ end }) => end !== ExitCode.Done).length).toBeGreaterThan(0);
  const { end, said } = await whole;
  expect(end, said).toBe(ExitCode.Done);
  // What was under way on a host ends by itself: nothing there lives longer than a few seconds.
  await expect.poll(snapshot, { timeout: 15_000, interval: 500, message: JSON.stringify(ends) }).toEqual(before);

  // Who is killed outright cannot tidy up here; the next run does.
  expect(await validated(file, undefined, ['--only', 'node.ssh'])).toMatchObject({ end: ExitCode.Done });
  expect(readdirSync(join(lab.folder, 'own/tmp'))).toEqual([]);
}

it.each(['postgres', 'mariadb'] as const)('leaves nothing on hosts that wait for their Grafana, nor in an empty %s, also when it is killed', async (engine) => {
  await killOften(writeClusterFile(lab, secrets, { engine }), 3_000);
});

it('leaves nothing on hosts whose Grafana runs, nor in its database, also when it is killed', async () => {
  const file = writeClusterFile(lab, secrets);
  expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done });
  await killOften(file, 13_000);
});
