import type { Secret } from './cluster/secret.ts';
import type { DatabasePath } from './facts/database.ts';
import type { HostFacts } from './facts/host.ts';
import type { Egress, NodeLicense } from './facts/license.ts';
import type { PeerFacts } from './facts/peers.ts';
import type { RedisCredentials, RedisPath } from './facts/redis.ts';
import type { UrlFacts } from './facts/url.ts';
import type { ConnectFailure, NodeConnection } from './world.ts';

export type { DatabasePath, DatabaseServer, SchemaFacts } from './facts/database.ts';

/** What gather brings and checks judge. Nothing here is a judgement; a secret is wrapped. */
export interface Facts {
  /** One entry a node of the cluster that was asked for, in the cluster's order. */
  readonly nodes: readonly NodeEntry[];
  /** From here, not from a node. */
  readonly local: LocalFacts;
  /** Absent: nobody asked. */
  readonly peers?: Gathered<PeerFacts>;
  /** Absent: nobody asked. */
  readonly url?: Gathered<UrlFacts>;
  /** How each node that renews a license reaches grafana.com, by its name; absent: nobody asked. */
  readonly egress?: ReadonlyMap<string, Egress>;
  /** One entry a node and Redis; absent: nobody asked, or the cluster uses none. */
  readonly redis?: readonly RedisPath[];
  /** UTC time at which gathering began. */
  readonly at: Date;
}

/** `node` or `path` absent: `missing` says why, in one sentence. */
export interface NodeEntry {
  readonly name: string;
  readonly connection: { readonly ok: true; readonly user: string; readonly become: NodeConnection['login']['become'] } | { readonly ok: false; readonly failure: ConnectFailure };
  readonly node: Gathered<NodeFacts>;
  readonly database: Gathered<DatabasePath>;
}

export type Gathered<Fact> = { readonly ok: true; readonly facts: Fact } | { readonly ok: false; readonly missing: string };

export interface LocalFacts {
  /** The password the database was tried with. */
  readonly databasePassword: Gathered<Secret> | { readonly ok: false; readonly missing: string; readonly hint: string };
  /** Addresses the shared host name resolves to here; undefined: it does not resolve. */
  readonly rootUrlAddresses?: readonly string[];
  /** The license token that the nodes are to have, as it is here. */
  readonly license?: { readonly ok: true; readonly text: string } | { readonly ok: false; readonly missing: string };
  /** The database's CA file as it lies here. */
  readonly databaseCa?: { readonly ok: true; readonly text: string } | { readonly ok: false; readonly missing: string };
  /** The ini whose settings every node gets, as it lies here. */
  readonly baseSettings?: { readonly ok: true; readonly text: string } | { readonly ok: false; readonly missing: string };
  /** The certificate that the nodes show to the database, as it lies here. */
  readonly databaseClientCert?: { readonly ok: true; readonly text: string } | { readonly ok: false; readonly missing: string };
  /** Its key; absent: there is none. */
  readonly databaseClientKey?: { readonly ok: true; readonly secret: Secret } | { readonly ok: false; readonly missing: string; readonly hint: string };
  /** The CA file of Redis as it lies here. */
  readonly redisCa?: { readonly ok: true; readonly text: string } | { readonly ok: false; readonly missing: string };
  /** What Redis was tried with; absent: nobody asked, or the cluster uses none. */
  readonly redis?: RedisCredentials;
}

export interface NodeFacts {
  readonly hostName: string;
  /** ID and VERSION_ID of os-release, such as `debian 12`. */
  readonly system: string;
  readonly systemd: boolean;
  readonly grafana?: GrafanaFacts;
  readonly service: ServiceFacts;
  /** The path the running unit reads, whether or not a file is there. */
  readonly configPath: string;
  /** The file at that path. */
  readonly config?: ConfigFile;
  /** Text of conf/defaults.ini under the home path. */
  readonly defaults?: string;
  /** GF_* variables that reach Grafana and those its config asks for, with where each is set; the later entry of a name counts. */
  readonly environment: readonly EnvironmentEntry[];
  /** `cfg:…` arguments of the command line. */
  readonly arguments: readonly string[];
  /** Where each argument is written, such as `/etc/systemd/system/grafana-server.service.d/db.conf:3`. */
  readonly argumentPlaces?: ReadonlyMap<string, string>;
  /** What the start of Grafana names by --config, and where that is written; absent: nothing does. */
  readonly configNamed?: { readonly path: string; readonly place: string };
  /** The process as it runs, which may have been started before something changed. */
  readonly running?: RunningFacts;
  /** Files that say how Grafana is started: the unit, its drop-ins, its environment files. */
  readonly startFiles?: readonly { readonly path: string; readonly modified: number }[];
  /** Set when Grafana runs in a container of this host. */
  readonly container?: ContainerFacts;
  /** Contents of files that settings refer to by `$__file{}` and of those an earlier push staged, by path as written. */
  readonly secretFiles: ReadonlyMap<string, Secret>;
  /** Other files of ours that a push would write, by path. */
  readonly files: ReadonlyMap<string, FileFacts>;
  /** Undefined: no grafana.db at the effective path. */
  readonly sqlite?: SqliteFacts;
  /** The address this node uses to reach the other nodes, by peer name. */
  readonly sourceAddresses: ReadonlyMap<string, string>;
  /** Addresses on the node's own interfaces. */
  readonly addresses: readonly string[];
  /** Trust bundle that Go uses on this system. */
  readonly caBundle?: { readonly path: string; readonly pem: string };
  /** The CA file that its [database] ca_cert_path names, where one is there. */
  readonly databaseCa?: { readonly path: string; readonly pem: string };
  /** The CA file that its [unified_alerting] ha_redis_tls_ca_path names, where one is there. */
  readonly redisCa?: { readonly path: string; readonly pem: string };
  /** Version of every plugin that was added to this node, by id. */
  readonly plugins?: ReadonlyMap<string, string>;
  /** Enterprise tokens that are there. */
  readonly licenses?: readonly NodeLicense[];
  /** Its Grafana goes out through an HTTPS_PROXY. */
  readonly proxied?: true;
  /** Absent: nobody asked. */
  readonly host?: HostFacts;
  /** Seconds the node's clock is ahead of ours. */
  readonly clockAheadSeconds: number;
}

export interface GrafanaFacts {
  /** Such as `12.2.0`. */
  readonly version: string;
  readonly edition: 'oss' | 'enterprise';
  readonly homePath: string;
}

export interface ServiceFacts {
  readonly unit: string;
  /** False: no such unit and no start/stop/status in the cluster file. */
  readonly known: boolean;
  readonly active: boolean;
  readonly enabled: boolean;
  readonly pid?: number;
  readonly restarts: number;
  readonly user: string;
  readonly group: string;
  /** The unit's files changed, and systemd has not read them. */
  readonly reloadNeeded?: boolean;
}

/** Times are seconds since 1970 on the node. */
export interface RunningFacts {
  readonly startedAt: number;
  readonly configPath?: string;
  readonly arguments: readonly string[];
  /** Its GF_* variables. */
  readonly environment: ReadonlyMap<string, Secret>;
}

export interface ContainerFacts {
  /** `docker` or `podman`. */
  readonly engine: string;
  readonly name: string;
  readonly image: string;
  /** Config as the container sees it. */
  readonly configPath: string;
  /** The same file as the host sees it; absent: it lies in the container alone. */
  readonly hostConfigPath?: string;
}

export interface FileFacts {
  readonly path: string;
  readonly sha256: string;
  /** `root:grafana`. */
  readonly owner: string;
  /** Octal, such as `640`. */
  readonly mode: string;
  /** Seconds since 1970 on the node. */
  readonly modified?: number;
}

export interface ConfigFile extends FileFacts {
  /** Where symlinks lead; equals `path` when there are none. */
  readonly realPath: string;
  readonly text: string;
  /** Type of the file system it lies on, such as `ext2/ext3`, `overlayfs`, `nfs`. */
  readonly fileSystem: string;
  /** A single file that is a mount point cannot be replaced by rename. */
  readonly mountPoint: boolean;
}

export interface EnvironmentEntry {
  readonly name: string;
  readonly value: Secret;
  /** Such as `/etc/default/grafana-server:12` or `the running process`. */
  readonly origin: string;
}

export interface SqliteFacts {
  readonly path: string;
  /** Undefined: it could not be counted on the node; `why` says it. Users are those beside the default `admin`. */
  readonly counts?: { readonly users: number; readonly dashboards: number; readonly dataSources: number; readonly alertRules: number };
  readonly why?: string;
}
