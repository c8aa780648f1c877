import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { validate, type ValidateOptions } from '../../src/commands/validate.ts';
import { makeWorld } from '../../src/context.ts';
import { ExitCode } from '../../src/errors.ts';
import { type Lab, type LabDatabase, startLab } from '../lab/lab.ts';

const password = 'pw-0f#the"lab;';

describe('validate on three hosts', () => {
  let lab: Lab;
  let file: string;
  beforeAll(async () => {
    lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres', 'mariadb'], users: [{ name: 'ops', sudo: 'nopasswd' }, { name: 'nosudo', sudo: 'none' }] });
    file = join(lab.folder, 'grafana-ha.ini');
  });
  afterAll(async () => {
    await lab.stop();
  });
  beforeEach(async () => {
    await lab.postgres!.dropDatabase('grafana', 'grafana');
    await lab.postgres!.createDatabase('grafana', 'grafana', password);
    await Promise.all(lab.hosts.map((host) => host.reset()));
    clusterFile({});
  });

  const clusterFile = ({ targets = lab.hosts.map(({ alias }) => alias), database = lab.postgres! }: { targets?: readonly string[]; database?: LabDatabase }): void => {
    const { type, host, port, tls } = database;
    const nodes = lab.hosts.flatMap(({ name, clusterFileSettings }) => {
      const settings = Object.entries(clusterFileSettings);
      return settings.length === 0 ? [] : [`[node.${name}]`, ...settings.map(([key, value]) => `${key} = ${value}`)];
    });
    writeFileSync(join(lab.folder, 'password'), `${password}\n`);
    writeFileSync(file, [
      '[cluster]', 'name = lab', 'root_url = https://grafana.example.com/', '[ssh]', `config = ${lab.sshConfig}`,
      '[nodes]', ...lab.hosts.map(({ name }, index) => `${name} = ${targets[index] ?? ''}`), ...nodes,
      '[database]', `type = ${type}`, `host = ${host}:${port}`, 'password = file:password', `ca_cert = ${tls.caPath}`, '',
    ].join('\n'));
    chmodSync(join(lab.folder, 'password'), 0o600);
  };

  type Finding = { readonly check: string; readonly node?: string; readonly outcome: string; readonly code?: string; readonly found?: string };
  const run = async (options: ValidateOptions = {}): Promise<{ exitCode: number; text: string; findings: readonly Finding[] }> => {
    let text = '';
    const world = makeWorld(join(import.meta.dirname, '../..'));
    const screen = { ...world.screen, print: (line: string) => void (text += line), note: () => {}, progress: () => ({ update: () => {}, done: () => {} }) };
    const exitCode = await validate({ ...world, screen }, { file, hostKey: lab.hostKeyFingerprints, json: true, ...options });
    const results = options.json === false ? [] : (JSON.parse(text) as { results: Finding[] }).results;
    return { exitCode, text, findings: results.filter(({ outcome }) => outcome !== 'passed') };
  };

  it('finds nothing that keeps fresh hosts and an empty database from becoming a cluster', async () => {
    const { exitCode, findings, text } = await run();
    expect(findings.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    // Nobody made a load balancer yet; all the rest can be known.
    expect(findings.filter(({ outcome, check }) => outcome === 'skipped' && !check.startsWith('url.'))).toEqual([]);
    expect(exitCode).toBe(ExitCode.Done);
    expect(text).not.toContain(password);
    expect((await run({ json: false })).text).toContain('0 failed');
  });

  it('finds the same on a MariaDB', async () => {
    await lab.mariadb!.dropDatabase('grafana', 'grafana');
    await lab.mariadb!.createDatabase('grafana', 'grafana', password);
    clusterFile({ database: lab.mariadb! });
    const { exitCode, findings } = await run();
    expect(findings.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(exitCode).toBe(ExitCode.Done);
  });

  it('tries a wrong password on one node, and shows it nowhere', async () => {
    writeFileSync(join(lab.folder, 'wrong'), 'wr0ng-secret\n');
    const { exitCode, findings, text } = await run({ dbPassword: `file:${join(lab.folder, 'wrong')}` });
    expect(findings.filter(({ check }) => check === 'database.login')).toMatchObject([
      { node: lab.hosts[0]!.name, outcome: 'failed', code: '28P01' }, { node: lab.hosts[1]!.name, outcome: 'skipped' }, { node: lab.hosts[2]!.name, outcome: 'skipped' },
    ]);
    expect(exitCode).toBe(ExitCode.NotAsItShouldBe);
    expect(text).not.toContain('wr0ng-secret');
  });

  it('looks at the other nodes when one cannot be reached', async () => {
    clusterFile({ targets: ['nobody@127.0.0.1:1', ...lab.hosts.slice(1).map(({ alias }) => alias)] });
    const { exitCode, findings } = await run();
    expect(findings.filter(({ outcome }) => outcome === 'failed').map(({ check, node }) => [check, node])).toEqual([['node.ssh', lab.hosts[0]!.name]]);
    expect(exitCode).toBe(ExitCode.NotAsItShouldBe);
  });

  it('becomes root through sudo, and says where it may not', async () => {
    clusterFile({ targets: [`ops@${lab.hosts[0]!.alias}`, `nosudo@${lab.hosts[1]!.alias}`, lab.hosts[2]!.alias] });
    const { findings } = await run();
    expect(findings.filter(({ outcome }) => outcome === 'failed').map(({ check, node }) => [check, node])).toEqual([['node.root', lab.hosts[1]!.name]]);
  });

  it('counts what a node that runs on SQLite would leave behind', async () => {
    const database = '/var/lib/grafana/grafana.db';
    const counted = await lab.hosts[0]!.exec('command -v sqlite3 || command -v python3');
    const sql = "create table user (login text); insert into user values ('admin'), ('eve'); create table dashboard (is_folder int); insert into dashboard values (0);";
    await lab.hosts[0]!.exec(`mkdir -p /var/lib/grafana; sqlite3 ${database} "${sql}" || python3 -c "import sqlite3; sqlite3.connect('${database}').executescript(\\"${sql}\\")" || touch ${database}`);
    const [sqlite] = (await run()).findings.filter(({ check }) => check === 'node.sqlite');
    expect(sqlite).toMatchObject(counted.stdout === '' ? { outcome: 'failed', code: 'not-counted' } : { outcome: 'failed', code: 'contents', found: `1 user, 1 dashboard in ${database}` });
    expect((await run({ ignore: 'node.sqlite' })).exitCode).toBe(ExitCode.Done);
  });
});
