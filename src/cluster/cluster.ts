import type { SecretSource } from './secret.ts';

/** What the cluster file says, with defaults filled in. Plain data; paths are absolute. */
export interface Cluster {
  readonly name: string;
  /** As people type it, normalised: lower-case scheme and host, no default port, trailing slash. */
  readonly rootUrl: string;
  /** A Grafana ini here, whose settings every node gets. */
  readonly settings?: string;
  readonly secrets: 'files' | 'inline';
  readonly push: 'allowed' | 'never';
  readonly ssh: { readonly config?: string; readonly perHop: number };
  readonly nodes: readonly Node[];
  readonly database: Database;
  readonly security: {
    readonly secretKey: SecretSource;
    /** Key of newer versions beside it; absent: the nodes keep it. */
    readonly secretsManagerKey?: SecretSource;
    readonly adminUser: string;
    readonly adminPassword?: SecretSource;
  };
  readonly license?: License;
  readonly alerting: Alerting;
  /** For alerting over Redis. */
  readonly redis?: Redis;
  /** Carries Live events between the nodes; absent: each keeps its own in memory. */
  readonly live?: Live;
  readonly pushing: Pushing;
  /** Commands that a push runs on this machine, as words; absent: none. */
  readonly hooks?: Hooks;
  readonly ignored: readonly Ignored[];
}

export interface Alerting {
  /** `off`: every node sends every notification by itself. */
  readonly mode: 'gossip' | 'redis' | 'off';
  /** Why it is off. */
  readonly reason?: string;
  readonly port: number;
  readonly label: string;
  /** Gossip on public addresses, though it has no password and no encryption. */
  readonly allowPublic?: true;
}

/** One Redis for the alerting of all nodes; `addresses` are Sentinels where the kind is `sentinel`. */
export interface Redis {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly addresses: readonly Address[];
  /** Of kind `sentinel`. */
  readonly masterName?: string;
  readonly username?: string;
  readonly password?: SecretSource;
  readonly sentinelPassword?: SecretSource;
  readonly db: number;
  readonly prefix: string;
  readonly tls: boolean;
  /** Local path of a CA file that is copied to the nodes; absent: the node's own bundle. */
  readonly caCert?: string;
}

/** Grafana's Live engine logs in to one plain Redis as its default user. */
export interface Live {
  readonly address: Address;
  readonly prefix: string;
  readonly password?: SecretSource;
}

export interface Pushing {
  /** Backups kept on a node. */
  readonly keep: number;
  /** Patience for one start; absent: computed. */
  readonly waitSeconds?: number;
  /** What becomes of the nodes before the one that failed; absent: `stop`, they keep what is new. */
  readonly onFailure?: OnFailure;
}

export type OnFailure = 'stop' | 'rollback-all';

export interface Hooks {
  readonly beforeNode?: readonly string[];
  readonly afterNode?: readonly string[];
  /** Before a start that changes the schema of a database in use. */
  readonly beforeMigration?: readonly string[];
}

/** The Enterprise license: one of a file here and a secret source. Either way the nodes get it as a file. */
export interface License {
  readonly path?: string;
  readonly text?: SecretSource;
  /** Grafana renews the token at grafana.com by itself. */
  readonly autoRefresh: boolean;
}

/** One Grafana server. */
export interface Node {
  readonly name: string;
  readonly target: Target;
  readonly become: Become;
  /** IP and port that the peers reach, when the file names it. */
  readonly gossipAddress?: Address;
  /** That address is on no interface of the node: something in between translates it. */
  readonly nat?: true;
  readonly grafana: GrafanaLayout;
}

export const becomes = ['auto', 'none', 'sudo', 'doas', 'dzdo'] as const;
export type Become = (typeof becomes)[number];

/** `[user@]host[:port]`, `[v6]:port` or an ssh_config alias. `text` is what the person typed. */
export interface Target {
  readonly text: string;
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where Grafana lives on a node, as far as the cluster file says it. */
export interface GrafanaLayout {
  readonly configPath?: string;
  readonly unit: string;
  readonly start?: string;
  readonly stop?: string;
  readonly status?: string;
  readonly statePath: string;
  readonly secretsPath?: string;
  readonly owner?: string;
}

export type Database = Postgres | Mysql;

interface DatabaseBase {
  readonly address: Address;
  readonly name: string;
  readonly user: string;
  readonly password: SecretSource;
  /** Local path of a CA file that is copied to the nodes; absent: the node's own bundle. */
  readonly caCert?: string;
  /** What this side shows to a server that asks for a certificate. */
  readonly client?: ClientCertificate;
  readonly maxOpenConn?: number;
}

/** `cert`: local path; both are copied to the nodes. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: SecretSource;
}

export interface Postgres extends DatabaseBase {
  readonly type: 'postgres';
  readonly sslMode: 'verify-full' | 'verify-ca' | 'require' | 'disable';
}

export interface Mysql extends DatabaseBase {
  readonly type: 'mysql';
  readonly sslMode: 'true' | 'skip-verify' | 'disable';
  readonly serverCertName?: string;
}

/** An accepted finding: `CHECK` or `CHECK@NODE`, why, and the last day (YYYY-MM-DD) it is accepted. */
export interface Ignored {
  readonly check: string;
  readonly node?: string;
  readonly why: string;
  readonly until?: string;
}
