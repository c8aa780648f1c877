import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { push } from '../../src/commands/push.ts';
import type { PushOptions } from '../../src/commands/push-options.ts';
import { makeWorld } from '../../src/context.ts';
import type { World } from '../../src/world.ts';
import type { DatabaseRequest } from '../../src/world/database.ts';
import type { Lab, LabHost } from '../lab/lab.ts';

export const packageRoot = join(import.meta.dirname, '../..');

export interface Secrets {
  readonly database: string;
  readonly admin: string;
}

export interface ClusterText {
  readonly rootUrl?: string;
  /** Lines for the end of the file. */
  readonly more?: string;
  readonly database?: string;
  /** Default: PostgreSQL. */
  readonly engine?: 'postgres' | 'mariadb';
  /** Who logs in; absent: as the lab's ssh config says. */
  readonly user?: string;
  /** Seconds of patience; default 60. */
  readonly wait?: number;
}

/** Writes the cluster file of the lab beside its secrets and gives its path. */
export function writeClusterFile(lab: Lab, secrets: Secrets, { rootUrl = 'https://grafana.example.com/', more = '', database = 'grafana', engine = 'postgres', user, wait = 60 }: ClusterText = {}): string {
  const { type, host: address, port, tls } = lab[engine]!;
  // The stand-in's MySQL driver compares names alone, no addresses.
  const host = type === 'mysql' ? 'db.lab' : address;
  for (const [name, text] of Object.entries(secrets)) {
    writeFileSync(join(lab.folder, name), `${text}\n`);
    chmodSync(join(lab.folder, name), 0o600);
  }
  const file = join(lab.folder, 'grafana-ha.ini');
  const own = lab.hosts.flatMap(({ name, clusterFileSettings }) => {
    const settings = Object.entries(clusterFileSettings);
    return settings.length === 0 ? [] : [`[node.${name}]`, ...settings.map(([key, value]) => `${key} = ${value}`)];
  });
  writeFileSync(file, [
    '[cluster]', 'name = lab', `root_url = ${rootUrl}`, '[ssh]', `config = ${lab.sshConfig}`,
    '[nodes]', ...lab.hosts.map(({ name, alias }) => `${name} = ${user === undefined ? '' : `${user}@`}${alias}`), ...own,
    '[database]', `type = ${type}`, `host = ${host}:${port}`, `name = ${database}`, 'user = grafana', 'password = file:database', `ca_cert = ${tls.caPath}`,
    '[security]', 'admin_password = file:admin', '[push]', `wait = ${wait}`, more, '',
  ].join('\n'));
  return file;
}

export interface Pushed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let oneWorld: World | undefined;

export interface Witness {
  /** Gets each line of progress as it comes. */
  readonly line?: (text: string) => void;
  /** Is waited for once the nodes have been looked at, before they say what pushes left there. */
  readonly looked?: () => Promise<unknown>;
  /** Answers the question before the push. */
  readonly confirm?: () => Promise<boolean>;
}

/** Pushes with the real world, without a terminal. */
export async function pushTo(lab: Lab, file: string, options: PushOptions = {}, { line, looked, confirm }: Witness = {}): Promise<Pushed> {
  let stdout = '';
  let stderr = '';
  const world = atHome(oneWorld ??= makeWorld(packageRoot), lab.folder);
  const screen = {
    ...world.screen,
    print: (text: string) => void (stdout += `${text}\n`),
    note: (text: string) => void (stderr += `${text}\n`),
    progress: (text: string) => {
      stderr += `${text}\n`;
      return { update: (next: string) => {
          stderr += `${next}\n`;
          line?.(next);
        }, done: (last?: string) => void (last !== undefined && (stderr += `${last}\n`)) };
    },
  };
  const prompt = confirm === undefined ? world.prompt : { ...world.prompt, available: true, confirm };
  let waited: Promise<unknown> | undefined;
  const database = { ...world.database, open: async (request: DatabaseRequest) => {
    await (waited ??= looked?.());
    return world.database.open(request);
  } };
  const exitCode = await push({ ...world, screen, prompt, database }, { file, hostKey: lab.hostKeyFingerprints, yes: confirm === undefined, ...options });
  return { exitCode, stdout, stderr };
}

/** The world with another home folder: what is kept for a person goes there. */
export function atHome(world: World, home: string): World {
  const { resolve } = world.files;
  return { ...world, files: { ...world.files, resolve: (path, base) => resolve(path.replace(/^~(?=\/)/, home), base) } };
}

/** What a host says, without the newline at its end. */
export async function ask(host: LabHost, script: string): Promise<string> {
  const answer = await host.exec(script);
  if (answer.exitCode !== 0) throw new Error(`${host.name}: ${script}: exit ${answer.exitCode}: ${answer.stderr}`);
  return answer.stdout.trimEnd();
}

export function mainPid(host: LabHost): Promise<string> {
  return ask(host, 'systemctl show -p MainPID --value grafana-server');
}
