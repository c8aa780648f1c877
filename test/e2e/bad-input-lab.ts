import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerOf, until, type Answer } from '../lab/run.ts';
import { startLab, type Lab, type LabHost } from '../lab/lab.ts';
import { packageRoot } from './push-lab.ts';

/** One wrong thing, and what the person is told. */
export interface BadInput {
  readonly title: string;
  /** The cluster file, made out of a sound one; absent: there is none. */
  readonly file?: (sound: string, scene: Scene) => string | Uint8Array;
  /** Makes the world wrong, and gives back what makes it right again. */
  readonly before?: (scene: Scene) => Promise<(() => unknown) | void>;
  readonly words: (scene: Scene) => readonly string[];
  readonly exitCode: 2 | 3;
  readonly found: RegExp;
  /** The next thing to type. */
  readonly next: RegExp;
  /** Logins that a database server refused; default 0. */
  readonly refusedLogins?: number;
}

export interface Scene {
  readonly lab: Lab;
  readonly hosts: readonly [LabHost, LabHost, LabHost];
  /** Where the command runs; its home is beside it. */
  readonly folder: string;
  readonly path: (name: string) => string;
  readonly put: (name: string, text: string) => void;
}

export const secrets = {
  DB_PASSWORD: `Pass#w;"ö'\\1`, WRONG: 'wr0ng-#"guess', SPACED: 'two words#ö', IN_URL: 'hunter2#xyz', SUDO: 'Sudo#w;"1', ON_NODE: 'n0de-"secret#', ADMIN: 'adm1n;"word#',
} as const;

/** Three hosts, both databases, and users that may or may not become root. */
export async function startScene(): Promise<Scene> {
  const users = [{ name: 'asks', sudo: 'password', password: secrets.SUDO }, { name: 'nosudo', sudo: 'none' }] as const;
  const lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres', 'mariadb'], users });
  const folder = mkdtempSync(join(tmpdir(), 'grafana-ha-bad-input-'));
  const scene: Scene = {
    lab, folder, hosts: [lab.hosts[0]!, lab.hosts[1]!, lab.hosts[2]!],
    path: (name) => join(folder, 'here', name),
    put: (name, text) => writeFileSync(join(folder, 'here', name), text),
  };
  clear(scene);
  for (const database of [lab.postgres!, lab.mariadb!]) {
    await database.createDatabase('grafana', 'grafana', secrets.DB_PASSWORD);
    await database.createDatabase('guests', 'guest', secrets.DB_PASSWORD);
    await database.createDatabase('shop', 'shop', secrets.DB_PASSWORD);
    await database.adminExec('create table shop.orders (id int)'.replace('shop.', database.type === 'mysql' ? 'shop.' : ''), database.type === 'mysql' ? undefined : 'shop');
  }
  await lab.mariadb!.adminExec("revoke all on guests.* from 'guest'@'%'");
  await lab.mariadb!.adminExec("grant select on guests.* to 'guest'@'%'");
  await Promise.all(lab.hosts.map(({ exec }) => exec(`echo '${lab.postgres!.host} elsewhere.lab' >> /etc/hosts; echo 'single ALL=(root) NOPASSWD: /usr/bin/systemctl' > /etc/sudoers.d/single`)));
  await Promise.all(lab.hosts.map((host) => host.addUser({ name: 'single', sudo: 'none' })));
  return scene;
}

export async function stopScene({ lab, folder }: Scene): Promise<void> {
  rmSync(folder, { recursive: true });
  await lab.stop();
}

/** An empty folder and home. */
export function clear({ folder }: Scene): void {
  for (const name of ['here', 'home']) {
    rmSync(join(folder, name), { recursive: true, force: true });
    mkdirSync(join(folder, name));
  }
}

/** Runs the built program without a terminal. */
export function run({ folder }: Scene, words: readonly string[]): Promise<Answer> {
  const env = { PATH: process.env['PATH'], HOME: join(folder, 'home'), LANG: 'C.UTF-8', ...secrets };
  return answerOf([process.execPath, join(packageRoot, 'bin/grafana-ha.js'), ...words], { cwd: join(folder, 'here'), env });
}

export function soundFile({ lab }: Scene): string {
  const { host, port, tls } = lab.postgres!;
  return [
    '[cluster]', 'name = lab', 'root_url = https://grafana.example.com/', '[ssh]', `config = ${lab.sshConfig}`,
    '[nodes]', ...lab.hosts.map(({ name, alias }) => `${name} = ${alias}`),
    '[database]', 'type = postgres', `host = ${host}:${port}`, 'name = grafana', 'user = grafana', 'password = env:DB_PASSWORD', `ca_cert = ${tls.caPath}`, '',
  ].join('\n');
}

type Flags = Readonly<Record<string, string | true | readonly string[] | undefined>>;

/** `init` with every answer as a flag, but for what `change` says. */
export function initWords({ lab }: Scene, change: Flags = {}): readonly string[] {
  const { host, port, tls } = lab.postgres!;
  const flags: Flags = {
    'node': lab.hosts.map(({ name, alias }) => `${name}=${alias}`), 'host-key': lab.hostKeyFingerprints, 'ssh-config': lab.sshConfig,
    'dsn': `postgres://grafana@${host}:${port}/grafana`, 'db-password': 'env:DB_PASSWORD', 'db-ca': tls.caPath, 'root-url': 'https://grafana.example.com/', 'yes': true, ...change,
  };
  return ['init', ...Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((one) => (one === true ? `--${name}` : `--${name}=${one}`))))];
}

/** `validate` or `push` on the cluster file, host keys known. */
export function fileWords({ lab }: Scene, ...words: readonly string[]): readonly string[] {
  return [...words, ...lab.hostKeyFingerprints.map((key) => `--host-key=${key}`)];
}

/** Everything below the folder, with what it holds. */
export function filesOf({ folder }: Scene): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map((name) => {
    const stat = lstatSync(join(folder, name));
    return [name, `${stat.mode.toString(8)} ${stat.isFile() ? createHash('sha256').update(readFileSync(join(folder, name))).digest('hex') : ''}`];
  }));
}

/** Everything on a host that is Grafana's or ours, and whether Grafana was started meanwhile. */
export async function stateOf({ hosts }: Scene): Promise<readonly string[]> {
  const script = `find /etc/grafana /etc/default /etc/systemd /run/systemd/system /var/lib/grafana /var/lib/grafana-ha -type f -exec sha256sum {} + 2>/dev/null | sort
find /etc/grafana /var/lib/grafana-ha -printf '%p %M %u:%g %T@\\n' 2>/dev/null | sort; systemctl show -p ActiveState,NRestarts,ExecMainStartTimestampMonotonic grafana-server`;
  return Promise.all(hosts.map(async ({ exec }) => (await exec(script)).stdout));
}

/** How often a database server has refused a login so far. */
export function refusedLogins({ lab }: Scene): number {
  const count = (name: string, pattern: RegExp): number => readFileSync(join(lab.folder, name, 'log'), 'utf8').match(pattern)?.length ?? 0;
  return count('postgres', /FATAL: {2}password authentication failed/g) + count('mariadb', /Access denied for user .*using password: YES/g);
}

/** Gives PostgreSQL a certificate that only it has signed; resolves once it is shown, and gives back the way to the old one. */
export async function selfSign({ lab }: Scene): Promise<() => Promise<void>> {
  const { host, port, adminExec } = lab.postgres!;
  const [certificate, key] = ['server.pem', 'server.key'].map((name) => join(lab.folder, 'postgres', name)) as [string, string];
  const old = [readFileSync(certificate), readFileSync(key)] as const;
  const shown = async (): Promise<string> => (await answerOf(['openssl', 's_client', '-starttls', 'postgres', '-connect', `${host}:${port}`])).stdout;
  const install = async (texts: readonly [Uint8Array, Uint8Array]): Promise<void> => {
    writeFileSync(certificate, texts[0]); // in place: owner and mode stay
    writeFileSync(key, texts[1]);
    await adminExec('select pg_reload_conf()');
    const middle = Buffer.from(texts[0]).toString().trim().split('\n')[3]!;
    await until('the other certificate', async () => (await shown()).includes(middle));
  };
  const [newKey, newCertificate] = [join(lab.folder, 'self.key'), join(lab.folder, 'self.pem')];
  await answerOf(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=self.lab', '-addext', `subjectAltName=IP:${host}`, '-keyout', newKey, '-out', newCertificate]);
  await install([readFileSync(newCertificate), readFileSync(newKey)]);
  return () => install(old);
}
