/** `npm run bench`: figures as ratios against a baseline taken in the same run, never judged in a timed test. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startBenchLab } from './bench-lab.ts';
import { benchMemory, benchValidate } from './cluster-bench.ts';
import { benchFleet } from './fleet-bench.ts';
import { benchIni } from './ini-bench.ts';
import { median, ratio } from './median.ts';

const program = join(import.meta.dirname, '../../bin/grafana-ha.js');
const rounds = 20;

/** Wall time of one process, in milliseconds. */
function time(words: readonly string[]): number {
  const start = performance.now();
  execFileSync(process.execPath, words, { stdio: 'ignore' });
  return performance.now() - start;
}

console.log(`Start-up, median of ${rounds}, side by side, Node ${process.versions.node}`);
const commands: Readonly<Record<string, readonly string[]>> = { 'node -e 0': ['-e', '0'], '--version': [program, '--version'], '--help': [program, '--help'] };
const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
for (const words of Object.values(commands)) time(words);
for (let round = 0; round < rounds; round++) for (const [name, words] of Object.entries(commands)) times.get(name)!.push(time(words));
const bare = median(times.get('node -e 0')!);
for (const [name, all] of times) console.log(`  ${name.padEnd(10)} ${median(all).toFixed(1).padStart(6)} ms  ${ratio(median(all), bare)}`);

benchIni();

console.log('Bringing up 50 hosts: an sshd each, on this machine, which plays all of them');
await using lab = await startBenchLab(50);
await benchFleet(lab, rounds / 2);
await benchValidate(lab, rounds / 4);
await benchMemory(lab);
