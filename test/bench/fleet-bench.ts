import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openSsh } from '../../src/io/openssh.ts';
import { stageScript, swapScript } from '../../src/shell/push-files.ts';
import type { StagedFile } from '../../src/shell/push-files.ts';
import type { NodeConnection } from '../../src/world.ts';
import type { Lab } from '../lab/lab.ts';
import { startBenchLab } from './bench-lab.ts';
import { median, ratio } from './median.ts';

const bytes = 5_000;
// All hosts at once, ours and ssh's alike: each has an sshd of its own.
const atOnce = 50;

/** Times putting one 5 KB file on every host (staged, compared, backed up, swapped, no restart), connecting included, beside plain parallel `ssh host 'cat > tmp && mv'`; pairs side by side. */
export async function benchFleet(lab: Lab, pairs: number): Promise<{ readonly push: number; readonly plain: number }> {
  const times = { push: [] as number[], plain: [] as number[] };
  await pushFile(lab); // makes the host keys known to plain ssh, too
  await plainCopy(lab);
  for (let pair = 0; pair < pairs; pair++) {
    const works = [['push', pushFile], ['plain', plainCopy]] as const;
    for (const [name, work] of pair % 2 === 0 ? works : works.toReversed()) {
      const start = performance.now();
      await work(lab);
      times[name].push(performance.now() - start);
    }
  }
  const [push, plain] = [median(times.push), median(times.plain)];
  const each = times.push.map((time, index) => time / times.plain[index]!);
  console.log(`One changed file to ${lab.hosts.length} hosts, median of ${pairs} pairs, side by side`);
  console.log(`  ssh 'cat > tmp && mv'  ${seconds(plain)}`);
  console.log(`  push                   ${seconds(push)}  ${ratio(push, plain)}  (median of the pairs ${median(each).toFixed(2)} ×, ${Math.min(...each).toFixed(2)}–${Math.max(...each).toFixed(2)})`);
  ansible(lab, plain);
  return { push, plain };
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2).padStart(6)} s`;

/** What `push` does with a file on every node, without the restart. */
async function pushFile(lab: Lab): Promise<void> {
  const connect = openSsh({
    prompt: { available: false, text: never, secret: never, confirm: never, select: never },
    screen: { print: () => {}, note: () => {}, progress: () => ({ update: () => {}, done: () => {} }), paint: (_, text) => text, columns: 80 },
    local: { random: (length) => randomBytes(length) },
  });
  const outcomes = await connect(
    lab.hosts.map(({ name, alias }) => ({ name, target: { text: alias, host: alias }, become: 'auto' })),
    { config: lab.sshConfig, perHop: atOnce, hostKeys: lab.hostKeyFingerprints },
  );
  const content = randomBytes(bytes).toString('base64').slice(0, bytes);
  const sha256 = sha256Of(content);
  const connections = outcomes.map((outcome) => {
    if ('failure' in outcome) throw new Error(`${outcome.name}: ${outcome.failure.found}`);
    return outcome.connection;
  });
  const works = connections.map((connection, index) => workOn(connection, lab.hosts[index]!, content, sha256));
  await Promise.all(works.map(({ stage }) => stage()));
  await Promise.all(works.map(({ swap }) => swap()));
  await Promise.all(connections.map((connection) => connection.close()));
}

const never = (): never => { throw new Error('nobody is asked in a bench'); };

let number = 0;

function workOn(connection: NodeConnection, host: Lab['hosts'][number], content: string, sha256: string) {
  const root = host.clusterFileSettings['state_path']!;
  const place = { id: `20270104T${String((number += 1)).padStart(6, '0')}Z-0000`, statePath: root };
  const path = join(root, '..', 'bench.ini');
  const must = async (work: Promise<{ readonly exitCode: number; readonly stderr: string }>) => {
    const { exitCode, stderr } = await work;
    if (exitCode !== 0) throw new Error(`${connection.name}: exit ${exitCode}: ${stderr}`);
  };
  if (!existsSync(path)) writeFileSync(path, 'old\n', { mode: 0o640 });
  // On this machine, and the config that Grafana reads: what nearly every push changes.
  const expectedSha256 = expected.get(path) ?? sha256Of('old\n');
  const files: readonly StagedFile[] = [{ path, content, sha256, expectedSha256, place: { kind: 'config' } }];
  expected.set(path, sha256);
  return {
    stage: () => must(connection.run(stageScript(place, files, { record: '{}', pushed: '{}', config: { path } }))),
    swap: () => must(connection.run(swapScript(place, files, 'roll'))),
  };
}

/** What the last push left, by path. */
const expected = new Map<string, string>();

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

async function plainCopy(lab: Lab): Promise<void> {
  const content = randomBytes(bytes);
  await Promise.all(lab.hosts.map(async ({ alias, clusterFileSettings }) => {
    const path = join(clusterFileSettings['state_path']!, '..', 'plain.ini');
    const child = spawn('ssh', ['-F', lab.sshConfig, '-o', 'BatchMode=yes', alias, `cat > ${path}.tmp && mv ${path}.tmp ${path}`], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end(content);
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`ssh ${alias}: exit ${code}`);
  }));
}

/** The same with Ansible, pipelined and with as many forks, where it is installed. */
function ansible(lab: Lab, plain: number): void {
  if (spawnSync('ansible', ['--version'], { stdio: 'ignore' }).status !== 0) return console.log('  ansible                is not installed here');
  const source = join(lab.folder, 'ansible.ini');
  writeFileSync(source, randomBytes(bytes).toString('base64').slice(0, bytes));
  writeFileSync(join(lab.folder, 'inventory'), lab.hosts.map(({ alias, clusterFileSettings }) => `${alias} dest=${join(clusterFileSettings['state_path']!, '..', 'ansible.ini')}\n`).join(''));
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync('ansible', ['all', '-i', join(lab.folder, 'inventory'), '-f', String(atOnce), '-m', 'copy', '-a', `src=${source} dest={{ dest }}`], {
    encoding: 'utf8', env: { ...process.env, ANSIBLE_PIPELINING: '1', ANSIBLE_SSH_ARGS: `-F ${lab.sshConfig} -o ControlMaster=auto -o ControlPersist=60s`, ANSIBLE_HOST_KEY_CHECKING: '0' },
  });
  if (status !== 0) throw new Error(`ansible: ${stdout}${stderr}`);
  const time = performance.now() - start;
  console.log(`  ansible copy           ${seconds(time)}  ${ratio(time, plain)}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await using lab = await startBenchLab(Number(process.argv[2] ?? 50));
  await benchFleet(lab, Number(process.argv[3] ?? 10));
}
