/** `npm test`: provides what it can, runs every suite that can run here, and says first and last which it leaves out and why. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Count } from './count-reporter.ts';
import { realHome } from './lab/grafana/program.ts';
import { provide } from './lab/provide.ts';

interface Suite {
  readonly name: string;
  readonly about: string;
  /** Why it cannot run here; undefined: it can. */
  readonly leftOut: string | undefined;
}

const { missing } = await provide();
const lacking = (...subjects: readonly string[]): string | undefined =>
  missing.filter(({ what }) => subjects.length === 0 || subjects.includes(what)).map(({ what, why }) => `${what} (${why})`).join(', ') || undefined;
const noGrafana = (await realHome()) === undefined ? 'no real Grafana: set GRAFANA_HOME or put grafana on PATH' : undefined;
const suites: readonly Suite[] = [
  { name: 'unit', about: 'pure rooms and commands in a fake world', leftOut: undefined },
  { name: 'io', about: 'adapters and the lab, against sshd, sudo, PostgreSQL, MariaDB', leftOut: lacking() },
  { name: 'loopback', about: 'the demo without root and without namespaces', leftOut: lacking('ssh to this machine') },
  { name: 'e2e', about: 'the built program on real hosts', leftOut: lacking() },
  { name: 'grafana-real', about: 'the whole road with a real Grafana', leftOut: lacking() ?? noGrafana },
];

const folder = mkdtempSync(join(tmpdir(), 'grafana-ha-test-'));
const only = process.argv.slice(2);
const chosen = suites.filter(({ name, leftOut }) => leftOut === undefined && (only.length === 0 || only.includes(name)));

sayWhatIsLeftOut();
await execa('npm', ['run', '--silent', 'typecheck'], { stdio: 'inherit' });
await execa('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
const counts: Count[] = [];
for (const suite of chosen) counts.push(await run(suite));
rmSync(folder, { recursive: true });
sayWhatIsLeftOut();
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
for (const text of counts.flatMap(({ told }) => told)) console.log(`\nFailed: ${text}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && counts.length === chosen.length && passed > 0 ? 0 : 1;

/** Runs one suite; a suite that dies without a report counts as one failure. */
async function run({ name, about }: Suite): Promise<Count> {
  console.log(`\n── ${name}: ${about}`);
  const report = join(folder, `${name}.json`);
  const { exitCode } = await execa('npx', ['vitest', 'run', '--config', 'test/vitest.config.ts', '--project', name], { stdio: 'inherit', reject: false, env: { TEST_COUNT_FILE: report } });
  try {
    const count = JSON.parse(readFileSync(report, 'utf8')) as Count;
    return exitCode === 0 || count.failed > 0 ? count : { ...count, failed: 1, told: [`suite ${name} ended with ${exitCode}`] };
  } catch {
    return { passed: 0, failed: 1, told: [`suite ${name} ended with ${exitCode} and without a report`] };
  }
}

function sayWhatIsLeftOut(): void {
  const left = suites.filter(({ leftOut }) => leftOut !== undefined);
  console.log(left.length === 0 ? 'Every suite runs; nothing is left out.' : left.map(({ name, leftOut }) => `Left out: suite ${name}: ${leftOut}`).join('\n'));
}
