import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../src/facts.ts';
import { gatherNode } from '../../src/gather/node.ts';
import { fakeWorld } from '../fake-world.ts';
import { sampleNode } from '../sample.ts';

/** The scripts run for real, in the sh of this machine, on a Grafana laid out in a folder. */
describe('looking at a node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'grafana-ha-node-'));
  const at = (...names: string[]): string => join(folder, ...names);
  const write = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text, { mode });
  };

  beforeAll(() => {
    write(at('home/conf/defaults.ini'), '[paths]\ndata = data\nplugins = plugins\n[database]\ntype = sqlite3\npath = grafana.db\npassword =\n[security]\nsecret_key = public\n');
    write(at('home/bin/grafana'), '#!/bin/sh\n[ "$*" = "server -v" ] && echo "Version 12.2.0 (commit: abc, branch: HEAD)" || { while read -r line; do :; done; }\n', 0o755);
    write(at('etc/real.ini'), `[database]\npassword = $__file{${at('etc/secrets/database_password')}}\nuser = \${DB_USER}\n`, 0o640);
    symlinkSync(at('etc/real.ini'), at('etc/grafana.ini'));
    write(at('etc/secrets/database_password'), 'pass word\n', 0o640);
    write(at('etc/secrets/unrelated'), 'not ours to read', 0o640);
    write(at('home/data/grafana.db'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const look = async (status = 'exit 0'): Promise<NodeFacts> => {
    const world = fakeWorld({
      now: new Date(),
      nodes: { 'graf-a': { run: (script) => new Promise((resolve) => {
        execFile('sh', ['-c', script], (error, stdout, stderr) => resolve({ exitCode: error === null ? 0 : 1, stdout, stderr }));
      }) } },
    });
    const node = sampleNode('graf-a', '127.0.0.1', { grafana: { unit: 'no-such-unit-here', statePath: at('state'), configPath: at('etc/grafana.ini'), status, start: `start --homepath=${at('home')} --config=${at('etc/grafana.ini')}` } });
    const [outcome] = await world.connect([node], { perHop: 8 });
    if (outcome === undefined || 'failure' in outcome) throw new Error('no connection');
    const gathered = await gatherNode(node, { hosts: [{ name: 'graf-a', host: '127.0.0.1' }, { name: 'graf-b', host: '198.51.100.7' }], needsBundle: false }, outcome.connection, world.clock);
    if (!gathered.ok) throw new Error(gathered.missing);
    return gathered.facts;
  };

  it('finds version, home and the real config, and runs nothing of Grafana but -v', async () => {
    const facts = await look();
    expect(facts.grafana).toEqual({ version: '12.2.0', edition: 'oss', homePath: at('home') });
    expect(facts.config).toMatchObject({ path: at('etc/grafana.ini'), realPath: at('etc/real.ini'), mode: '640', mountPoint: false });
    expect(facts.config?.text).toContain('$__file{');
    expect(facts.config?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(facts.clockAheadSeconds).toBeLessThanOrEqual(2);
    expect(facts.defaults).toContain('sqlite3');
  });

  it("takes up and down from the cluster file's own status line", async () => {
    expect((await look('exit 0')).service).toMatchObject({ known: true, active: true });
    expect((await look('exit 3')).service).toMatchObject({ known: true, active: false });
  });

  it('brings the secret files that settings name, wrapped, and of the others only their hash', async () => {
    const facts = await look();
    const path = at('etc/secrets/database_password');
    expect([...facts.secretFiles.keys()]).toEqual([path]);
    expect(facts.secretFiles.get(path)?.reveal()).toBe('pass word\n');
    expect([...facts.files.keys()].sort()).toEqual([path, at('etc/secrets/unrelated')]);
    expect(JSON.stringify(facts)).not.toContain('pass word');
  });

  it('reads id and version of every plugin, built or not, and passes over what is none', async () => {
    write(at('home/plugins/clock/dist/plugin.json'), '{ "id": "grafana-clock-panel", "dependencies": { "plugins": [{ "version": "9" }] }, "info": { "version": "2.1.8" } }');
    write(at('home/plugins/own/plugin.json'), '{ "id": "own-panel" }');
    write(at('home/plugins/broken/plugin.json'), '{');
    expect([...(await look()).plugins!]).toEqual([['grafana-clock-panel', '2.1.8'], ['own-panel', 'no version']]);
  });

  it('finds a Grafana that no unit starts by the config it reads, with its words and variables', async () => {
    const words = ['server', `--homepath=${at('home')}`, `--config=${at('etc/grafana.ini')}`, 'cfg:log.level=debug'];
    const child = spawn(at('home/bin/grafana'), words, { stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, GF_LOG_MODE: 'console' } });
    const other = spawn(at('home/bin/grafana'), ['server', '--config=/elsewhere.ini'], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      await Promise.all([child, other].map((one) => once(one, 'spawn')));
      const facts = await look();
      expect(facts.service.pid).toBe(child.pid);
      expect(facts.arguments).toEqual(['cfg:log.level=debug']);
      expect(facts.environment).toMatchObject([{ name: 'GF_LOG_MODE', origin: 'the running process' }]);
      expect(facts.running).toMatchObject({ configPath: at('etc/grafana.ini'), arguments: ['cfg:log.level=debug'] });
      expect(Math.abs(facts.running!.startedAt - Date.now() / 1000)).toBeLessThan(30);
      expect(facts.config?.modified).toBeLessThanOrEqual(facts.running!.startedAt + 1);
    } finally {
      child.kill();
      other.kill();
    }
  });

  it.each(['delete', 'wal'])('counts what SQLite in journal mode %s holds, without the default user, or says that nothing there can, and leaves nothing beside it', async (mode) => {
    const sql = `pragma journal_mode = ${mode}; create table user (login text); insert into user values ('admin'), ('eve'); create table dashboard (is_folder int); insert into dashboard values (0), (0), (1); create table alert_rule (id int);`;
    const counts = { users: 1, dashboards: 2, dataSources: 0, alertRules: 0 };
    const path = at('home/data/grafana.db');
    rmSync(path, { force: true });
    const expected = has('sqlite3') || has('python3') ? { path, counts } : { path, why: 'neither sqlite3 nor python3 is on the node' };
    if (has('sqlite3')) execFileSync('sqlite3', [path, sql]);
    else if (has('python3')) execFileSync('python3', ['-c', 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])', path, sql]);
    expect((await look()).sqlite).toEqual(expected);
    expect(readdirSync(at('home/data'))).toEqual(['grafana.db']);
  });
});

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}
