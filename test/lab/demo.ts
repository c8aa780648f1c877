/** `npm run demo`: the real program against hosts and a database that live only as long as this runs. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { typeInto, type Typed } from './demo-terminal.ts';
import { startLab, type Lab } from './lab.ts';

const program = join(import.meta.dirname, '../../bin/grafana-ha.js');
const rootUrl = 'https://grafana.example.com/';
const live = process.stdin.isTTY === true && process.stdout.isTTY === true;

const say = (text: string): void => console.log(live ? `\u001b[1m${text}\u001b[0m` : text);

const folder = await mkdtemp(join(tmpdir(), 'grafana-ha-demo-'));
const password = randomBytes(12).toString('base64url');
const environment = { ...process.env, GRAFANA_DB_PASSWORD: password, XDG_CONFIG_HOME: join(folder, 'config'), HOME: folder };

say('Starting three hosts and a PostgreSQL …');
let interrupted = false;
const interrupt = (): void => void (interrupted = true);
process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
const lab = await startLab({ strength: process.argv.includes('loopback') ? 'loopback' : 'auto', hosts: 3, databases: ['postgres'], note: (text) => console.log(`  ${text}`) });
try {
  if (interrupted) throw new Error('interrupted');
  say(`Ready: ${lab.hosts.map(({ alias }) => alias).join(', ')}, ${lab.strength === 'real' ? 'Debian hosts with their own systemd' : 'sshd on loopback, no systemd'}, each with a ${lab.grafana.title}.`);
  await lab.postgres!.createDatabase('grafana', 'grafana', password);
  await init(lab);
  await show('validate');
  await show('push');
  await showHealth(lab);
  say('\nDone. Everything the demo started is stopped now.');
} catch (error) {
  console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await lab.stop();
  await rm(folder, { recursive: true, force: true });
}

/** On a terminal the wizard is live and the answers stand in the line; without one it runs through on flags. */
async function init({ hosts, hostKeyFingerprints, sshConfig, postgres }: Lab): Promise<void> {
  const dsn = `postgres://grafana@${postgres!.host}:${postgres!.port}/grafana`;
  const layout = hosts.flatMap(({ name, clusterFileSettings }) => Object.entries(clusterFileSettings).map(([key, value]) => `--grafana=${name}.${key}=${value}`));
  const nodes = hosts.map(({ name, alias }) => `${name}=${alias}`);
  const always = ['init', '--ssh-config', sshConfig, ...layout];
  if (!live) {
    await show(...always, ...nodes.map((node) => `--node=${node}`), ...hostKeyFingerprints.map((key) => `--host-key=${key}`),
      '--dsn', dsn, '--db-password', 'env:GRAFANA_DB_PASSWORD', '--db-ca', postgres!.tls.caPath, '--root-url', rootUrl, '--yes', '--push');
    return;
  }
  say('\nThe wizard is yours: each answer stands in the line already, Enter takes it.\n');
  const typed: readonly Typed[] = [
    { at: /1 Nodes/, text: nodes.join(' ') },
    { at: /2 Database/, text: dsn },
    { at: /\bPassword\b/, text: password },
    { at: /CA file/, text: postgres!.tls.caPath },
    { at: /URL people will type/, text: rootUrl },
  ];
  console.log(`$ grafana-ha ${readable(always)}`);
  const exitCode = await typeInto([process.execPath, program, ...always], typed, { cwd: folder, env: environment });
  if (exitCode !== 0) throw new Error(`init ended with exit ${exitCode}`);
}

/** Without the many words that tell where Grafana lives on hosts without systemd. */
function readable(words: readonly string[]): string {
  const plain = words.filter((word) => !word.startsWith('--grafana='));
  return [...plain, ...(plain.length < words.length ? ['--grafana=…'] : [])].join(' ');
}

/** Runs our program so that the person sees it; anything but exit 0 ends the demo. */
async function show(...words: readonly string[]): Promise<void> {
  console.log(`\n$ grafana-ha ${readable(words)}`);
  const { exitCode } = await execa(process.execPath, [program, ...words], { cwd: folder, env: environment, stdio: 'inherit', reject: false });
  if (exitCode !== 0) throw new Error(`${words[0]} ended with exit ${exitCode}`);
}

async function showHealth({ hosts }: Lab): Promise<void> {
  say('\nWhat the nodes say themselves:');
  for (const { name, address, httpPort } of hosts) {
    const answer = await fetch(`http://${address}:${httpPort}/api/health`);
    console.log(`  ${name}  ${answer.status}  ${(await answer.text()).replaceAll(/\s+/g, ' ')}`);
  }
  console.log(`\nThe cluster file:\n${(await readFile(join(folder, 'grafana-ha.ini'), 'utf8')).replace(/^/gm, '  ')}`);
}
