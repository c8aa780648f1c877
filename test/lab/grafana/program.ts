import { access, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { answerOf, run } from '../run.ts';
import { defaultsIni, sampleIni, standInVersion } from './default-settings.ts';

/** The Grafana that the lab's hosts run. */
export interface Program {
  readonly kind: 'real' | 'stand-in';
  /** What to call it before people. */
  readonly title: string;
  readonly version: string;
  /** Folder here with bin/, conf/ and the rest; the hosts see it read-only. */
  readonly home: string;
  /** Text of the config that the package installs. */
  readonly sample: string;
}

/** Where real hosts see this machine's node, off their PATH: the program under test must not lean on it. */
export const nodeInHosts = '/opt/lab/node';

/** The real Grafana of `GRAFANA_HOME` or PATH, else the stand-in, built into `folder`. */
export async function findProgram(wanted: 'auto' | 'stand-in' | 'real', folder: string): Promise<Program> {
  const home = wanted === 'stand-in' ? undefined : await realHome();
  if (home !== undefined) return realProgram(home);
  if (wanted === 'real') throw new Error('no real Grafana here: set GRAFANA_HOME to a folder with bin/grafana, conf/ and public/');
  return buildStandIn(folder);
}

/** Home folder of a real Grafana on this machine; undefined: there is none. */
export async function realHome(): Promise<string | undefined> {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => dirname(folder));
  const candidates = process.env['GRAFANA_HOME'] === undefined ? [...onPath, '/usr/share/grafana'] : [process.env['GRAFANA_HOME']];
  for (const home of candidates) if ((await isFile(join(home, 'bin/grafana'))) && (await isFile(join(home, 'conf/defaults.ini')))) return home;
  if (process.env['GRAFANA_HOME'] !== undefined) throw new Error(`GRAFANA_HOME=${process.env['GRAFANA_HOME']} has no bin/grafana and conf/defaults.ini`);
  return undefined;
}

async function realProgram(home: string): Promise<Program> {
  const { stdout } = await answerOf([join(home, 'bin/grafana'), 'server', '-v'], { cwd: home });
  const version = /Version (\S+)/.exec(stdout)?.[1] ?? '0.0.0';
  return { kind: 'real', title: `Grafana ${version}`, version, home, sample: await readFile(join(home, 'conf/sample.ini'), 'utf8').catch(() => sampleIni()) };
}

async function buildStandIn(folder: string): Promise<Program> {
  const home = join(folder, 'stand-in-for-grafana');
  for (const name of ['bin', 'conf', 'public', 'stand-in']) await mkdir(join(home, name), { recursive: true });
  await writeFile(join(home, 'conf/defaults.ini'), defaultsIni());
  await writeFile(join(home, 'conf/sample.ini'), sampleIni());
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(import.meta.dirname, '../stand-in/main.ts')], outfile: join(home, 'stand-in/grafana.cjs'),
    bundle: true, platform: 'node', format: 'cjs', target: 'node20', external: ['pg-native'], logLevel: 'error',
  });
  await run(['python3', '-c', emptyDatabase, join(home, 'stand-in/empty.db')]);
  const program = join(home, 'bin/grafana');
  await writeFile(program, `#!/bin/sh
# A stand-in for Grafana, made by a test lab.
# Every look at a node asks for the version: the answer needs no Node.
case "$1 $2" in *' -v') echo 'Version ${standInVersion} (commit: stand-in, branch: stand-in)'; exit;; esac
home=$(dirname "$(dirname "$(readlink -f "$0")")")
node=${nodeInHosts}
[ -x "$node" ] || node=${process.execPath}
exec "$node" "$home/stand-in/grafana.cjs" "$@"
`);
  await chmod(program, 0o755);
  return { kind: 'stand-in', title: `stand-in for Grafana ${standInVersion}`, version: standInVersion, home, sample: sampleIni() };
}

// Node 20 has no SQLite, so what a fresh Grafana has in grafana.db is made here once and copied by the stand-in.
const emptyDatabase = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript('''
create table migration_log (id integer primary key, migration_id text, sql text, success integer, error text, timestamp datetime);
create table user (id integer primary key, version integer, login text, email text, name text, password text, salt text, rands text, org_id integer, is_admin integer, created datetime, updated datetime, is_service_account integer default 0);
create table dashboard (id integer primary key, version integer, slug text, title text, data text, org_id integer, created datetime, updated datetime, uid text, is_folder integer default 0);
create table data_source (id integer primary key, org_id integer, version integer, type text, name text, url text, uid text, secure_json_data text);
create table alert_rule (id integer primary key, org_id integer, title text, data text, updated datetime, uid text);
insert into user (version, login, email, name, password, salt, rands, org_id, is_admin, created, updated) values (0, 'admin', 'admin@localhost', '', '', '', '', 1, 1, datetime(), datetime());
''')
db.commit()
`;

async function isFile(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
