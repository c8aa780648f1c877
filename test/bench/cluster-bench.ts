import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { everyCheck } from '../../src/checks/every-check.ts';
import { writeClusterFile } from '../e2e/push-lab.ts';
import type { Lab } from '../lab/lab.ts';
import { startBenchLab } from './bench-lab.ts';
import { seconds } from './fleet-bench.ts';
import { median, ratio } from './median.ts';

const program = join(import.meta.dirname, '../../bin/grafana-ha.js');
const secrets = { database: 'bench-password', admin: 'bench admin' };
/** What stands between the nodes is a matrix, and has a limit of its own. */
const withoutMatrix = everyCheck.filter(({ group }) => group !== 'gossip' && group !== 'url').map(({ id }) => id).join(',');

/** Times `validate` on 3 hosts, and on all of them beside one bare `ssh host true` each at the same time. */
export async function benchValidate(lab: Lab, pairs: number): Promise<void> {
  await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
  const three = { ...lab, hosts: lab.hosts.slice(0, 3) };
  const small: number[] = [];
  for (let run = 0; run < pairs; run++) small.push((await runProgram(['validate', '--file', writeClusterFile(three, secrets), ...hostKeys(three)])).ms);
  console.log(`validate, wall time of the whole program`);
  console.log(`  3 hosts                ${seconds(median(small))}  median of ${pairs}`);
  const file = writeClusterFile(lab, secrets);
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    ours.push((await runProgram(['validate', '--file', file, '--only', withoutMatrix, ...hostKeys(lab)])).ms);
    const start = performance.now();
    await Promise.all(lab.hosts.map(({ alias }) => once(spawn('ssh', ['-F', lab.sshConfig, '-o', 'BatchMode=yes', alias, 'true'], { stdio: 'ignore' }), 'exit')));
    bare.push(performance.now() - start);
  }
  console.log(`  ${lab.hosts.length} × ssh host true      ${seconds(median(bare))}`);
  console.log(`  ${lab.hosts.length} hosts, no matrix    ${seconds(median(ours))}  ${ratio(median(ours), median(bare))}  (${seconds(median(ours) - 1.5 * median(bare)).trim()} over 1.5 ×)`);
}

/** The most memory that the program itself held during a push to all hosts, whose Grafana is a stand-in that is there at once. */
export async function benchMemory(lab: Lab): Promise<void> {
  const hosts = lab.hosts.map((host) => {
    const flag = join(host.clusterFileSettings['state_path']!, '..', 'is-up');
    return { ...host, clusterFileSettings: { ...host.clusterFileSettings, start: host.clusterFileSettings['start']!.replace(/^\S+ start/, `touch ${flag} && :`), stop: `rm -f ${flag}`, status: `test -e ${flag}` } };
  });
  const healthy = hosts.map(({ address, httpPort }) => http.createServer((_, response) => response.end('{"database": "ok"}')).listen(httpPort, address));
  const accepted = '[ignore]\nhost.ports = the bench answers in its place\ndatabase.connections = no Grafana here opens any';
  const { ms, peakMb, exitCode } = await runProgram(['push', '--yes', '--file', writeClusterFile({ ...lab, hosts }, secrets, { more: accepted }), ...hostKeys(lab)]);
  for (const server of healthy) server.close();
  console.log(`push to ${hosts.length} hosts${exitCode === 0 ? '' : `, which ended with exit ${exitCode}`}`);
  console.log(`  most memory            ${peakMb.toFixed(0).padStart(6)} MB  in ${seconds(ms).trim()}`);
}

const hostKeys = (lab: Pick<Lab, 'hostKeyFingerprints'>): readonly string[] => ['--host-key', ...lab.hostKeyFingerprints];

async function runProgram(words: readonly string[]): Promise<{ readonly ms: number; readonly peakMb: number; readonly exitCode: number }> {
  const start = performance.now();
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  let peakKb = 0;
  const watch = setInterval(() => {
    peakKb = Math.max(peakKb, Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
  }, 100);
  const [exitCode] = (await once(child, 'exit').finally(() => clearInterval(watch))) as [number];
  if (process.env['BENCH_VERBOSE'] !== undefined || ![0, 3].includes(exitCode)) console.log(said);
  return { ms: performance.now() - start, peakMb: peakKb / 1024, exitCode };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await using lab = await startBenchLab(Number(process.argv[2] ?? 50));
  await benchValidate(lab, Number(process.argv[3] ?? 3));
  await benchMemory(lab);
}
