import { allOf } from './run.ts';
import type { Answer } from './run.ts';
import { makeLabFolder } from './lab-folder.ts';
import { whyNoLoopbackHosts, whyNoRealHosts } from './provide.ts';
import { findProgram } from './grafana/program.ts';
import { startRealHosts } from './real/real-hosts.ts';
import { startLoopbackHosts } from './loopback/loopback-hosts.ts';
import { startMariadb } from './database/mariadb.ts';
import { startPostgres } from './database/postgres.ts';
import { makeAuthority } from './database/authority.ts';

/*
How to use it:

  const lab = await startLab({ hosts: 3, databases: ['postgres'] });   // vitest: beforeAll with a long timeout
  await lab.postgres!.createDatabase('grafana', 'grafana', 'a password');
  // cluster file: [ssh] config = lab.sshConfig; nodes: lab.hosts[i].alias; [database] host = lab.postgres.host:port, ca_cert = lab.postgres.tls.caPath
  await lab.hosts[0].exec('systemctl is-active grafana-server');       // as root, not over ssh
  await lab.hosts[0].reset();                                          // between tests
  await lab.stop();                                                    // or `await using lab = …`
*/

export interface LabOptions {
  /** `real`: Debian machines with systemd, needs root. `loopback`: plain sshd on 127.0.1.x. Default: auto. */
  readonly strength?: 'real' | 'loopback' | 'auto';
  /** Default 3. */
  readonly hosts?: number;
  /** Default: PostgreSQL. */
  readonly databases?: readonly ('postgres' | 'mariadb')[];
  /** Default auto: the real one of GRAFANA_HOME or PATH, else the stand-in. */
  readonly grafana?: 'auto' | 'stand-in' | 'real';
  /** Made on every host, beside root. */
  readonly users?: readonly LabUser[];
  /** Gets a line when something takes long. */
  readonly note?: (text: string) => void;
}

export interface LabUser {
  readonly name: string;
  readonly sudo: 'nopasswd' | 'password' | 'none';
  readonly password?: string;
  /** Login shell, such as /usr/bin/fish. */
  readonly shell?: string;
}

export interface Lab extends AsyncDisposable {
  readonly strength: 'real' | 'loopback';
  /** What runs on the hosts: `Grafana 12.2.0` or `stand-in for Grafana 12.2.0`. */
  readonly grafana: { readonly kind: 'real' | 'stand-in'; readonly title: string; readonly version: string };
  /** Scratch folder of this lab, gone with it. */
  readonly folder: string;
  /** For `ssh -F` and `[ssh] config`: `Host lab-1` …, the key, and a known_hosts of its own that is empty at first. */
  readonly sshConfig: string;
  readonly knownHosts: string;
  readonly hosts: readonly LabHost[];
  readonly postgres?: LabDatabase;
  readonly mariadb?: LabDatabase;
  /** `SHA256:…` of every host, in order. */
  readonly hostKeyFingerprints: readonly string[];
  stop(): Promise<void>;
}

export interface LabHost {
  readonly name: string;
  /** What to type after ssh: logs in as root (as you, on loopback). `user@` before it for others. */
  readonly alias: string;
  /** Reachable from here and from the other hosts. */
  readonly address: string;
  readonly httpPort: number;
  readonly gossipPort: number;
  readonly configPath: string;
  readonly hostKeyFingerprint: string;
  /** Keys for `[node.NAME]` of the cluster file; empty where the unit tells all. */
  readonly clusterFileSettings: Readonly<Record<string, string>>;
  /** Runs a sh script on the host as its root (as you, on loopback), not over ssh. */
  exec(script: string, input?: string): Promise<Answer>;
  addUser(user: LabUser): Promise<void>;
  /** Back to a freshly installed, stopped Grafana: its own config, no data, no secrets, nothing of ours. */
  reset(): Promise<void>;
}

export interface LabDatabase {
  readonly type: 'postgres' | 'mysql';
  /** Address that the hosts use; `db.lab` is its name on real hosts. */
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly caPath: string; readonly ca: string };
  /** Runs SQL as the superuser. */
  adminExec(sql: string, database?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Makes the role and a database that it owns. */
  createDatabase(name: string, user: string, password: string): Promise<void>;
  /** Ends its sessions and removes it, and the role where one is named. */
  dropDatabase(name: string, user?: string): Promise<void>;
}

/** Starts hosts and databases; takes seconds once the base image is there. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const note = options.note ?? (() => {});
  const strength = await choose(options.strength ?? 'auto', note);
  const folder = await makeLabFolder();
  try {
    const program = await findProgram(options.grafana ?? 'auto', folder.path);
    const authority = await makeAuthority(folder.path);
    const count = options.hosts ?? 3;
    const started = strength === 'real' ? await startRealHosts({ count, folder, program, note }) : await startLoopbackHosts({ count, folder, program });
    const databases = options.databases ?? ['postgres'];
    const place = { folder, authority, address: started.databaseAddress };
    const [postgres, mariadb] = await allOf([
      databases.includes('postgres') ? startPostgres({ ...place, clients: started.clients }) : undefined,
      databases.includes('mariadb') ? startMariadb(place) : undefined,
      ...started.hosts.flatMap((host) => (options.users ?? []).map((user) => host.addUser(user))),
    ]);
    return {
      strength, folder: folder.path, sshConfig: started.sshConfig, knownHosts: started.knownHosts, hosts: started.hosts,
      grafana: { kind: program.kind, title: program.title, version: program.version },
      ...(postgres === undefined ? {} : { postgres }),
      ...(mariadb === undefined ? {} : { mariadb }),
      hostKeyFingerprints: started.hosts.map((host) => host.hostKeyFingerprint),
      stop: folder.remove,
      [Symbol.asyncDispose]: folder.remove,
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function choose(wanted: NonNullable<LabOptions['strength']>, note: (text: string) => void): Promise<Lab['strength']> {
  if (wanted === 'real') return wanted;
  if (wanted === 'auto') {
    const reason = await whyNoRealHosts(note);
    if (reason === undefined) return 'real';
    note(`no Debian hosts here (${reason}): hosts on loopback instead`);
  }
  const reason = await whyNoLoopbackHosts();
  if (reason !== undefined) throw new Error(`the lab cannot start: ${reason}`);
  return 'loopback';
}
