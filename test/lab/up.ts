/** `npm run lab`: hosts and a database to play with, until Ctrl+C. `npm run lab -- --hosts 5 --mariadb --loopback` */
import { parseArgs } from 'node:util';
import { startLab } from './lab.ts';
import type { Lab, LabDatabase } from './lab.ts';
import { provide } from './provide.ts';

const { values } = parseArgs({ options: { hosts: { type: 'string', default: '3' }, mariadb: { type: 'boolean', default: false }, loopback: { type: 'boolean', default: false } } });
const password = 'grafana-lab';

// From the first moment on, so that an early Ctrl+C leaves nothing either.
const asked = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
});
const keepAlive = setInterval(() => {}, 60_000);

for (const { what, why } of (await provide(console.log)).missing) console.log(`Left out: ${what} (${why}).`);
const lab = await startLab({
  hosts: Number(values.hosts), databases: [values.mariadb ? 'mariadb' : 'postgres'], ...(values.loopback ? { strength: 'loopback' } : {}), note: console.log,
}).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
try {
  const database = (lab.mariadb ?? lab.postgres)!;
  await database.createDatabase('grafana', 'grafana', password);
  console.log(describe(lab, database));
  await asked;
  console.log('\nTaking it all down.');
} finally {
  await lab.stop();
  clearInterval(keepAlive);
}

function describe(started: Lab, database: LabDatabase): string {
  const aliases = started.hosts.map(({ alias }) => alias);
  const kind = started.strength === 'real' ? 'Debian hosts with systemd' : 'hosts on loopback, each an sshd and a folder, without systemd';
  const url = `${database.type}://grafana@${database.host}:${database.port}/grafana`;
  // Hosts without a unit: what it would tell has to be said.
  const layout = started.hosts.flatMap(({ name, clusterFileSettings }) => Object.entries(clusterFileSettings).map(([key, value]) => `    --grafana '${name}.${key}=${value}' \\\n`)).join('');
  return `
${started.hosts.length} ${kind}; Grafana on them is the ${started.grafana.title}, installed and stopped.

  ssh -F ${started.sshConfig} ${aliases[0]}
${started.hosts.map(({ alias, address, httpPort }) => `  ${alias}  http://${address}:${httpPort}/\n`).join('')}
  database  ${url}
  password  ${password}
  its CA    ${database.tls.caPath}

In another terminal:

  npm run build && GRAFANA_DB=${password} node bin/grafana-ha.js init --ssh-config ${started.sshConfig} \\
    ${aliases.map((alias) => `--node ${alias}`).join(' ')} \\
${layout}    --dsn ${url} --db-password env:GRAFANA_DB --db-ca ${database.tls.caPath} \\
    --root-url http://grafana.lab/

Ctrl+C takes it all down.`;
}
