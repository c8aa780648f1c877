import type { Gathered } from '../facts.ts';
import type { DatabaseFailure, TlsOffer } from '../world/database.ts';

/** The database as one node reaches it. */
export interface DatabasePath {
  readonly tls: Gathered<TlsOffer>;
  /** Code `not-tried`: `said` is why, and nothing was sent. */
  readonly login: { readonly ok: true; readonly roundTripMs: number; readonly clientAddress: string } | { readonly ok: false; readonly code: DatabaseFailure['code'] | 'not-tried'; readonly said: string };
  /** Present after a login. */
  readonly server?: DatabaseServer;
}

export interface DatabaseServer {
  readonly engine: 'postgres' | 'mysql' | 'mariadb';
  readonly version: string;
  readonly schema: SchemaFacts;
  /** How writing was proven, or why it is not possible. */
  readonly writable: { readonly ok: true; readonly how: string } | { readonly ok: false; readonly code: string; readonly said: string };
  /** Tells this database on this server from any other; undefined: the server does not say. */
  readonly identity?: string;
  /** Why writes are refused, where the server says so of itself. */
  readonly readOnly?: ReadOnly;
  readonly connections?: ConnectionLimits;
  /** The lock that migrations take, tried under a name of our own. */
  readonly lock?: { readonly ok: true } | { readonly ok: false; readonly code: string; readonly said: string };
  readonly secretKey?: KeyProof;
  /** Set when something between the node and the server hands out the server's sessions. */
  readonly pooler?: PoolerFacts;
  /** Seconds after which the server ends a session that says nothing; 0: never. */
  readonly idleTimeoutSeconds?: number;
  /** Character set of the database, in the server's words, such as `UTF8` or `utf8mb4`. */
  readonly charset?: string;
  /** Of MySQL and MariaDB: the different collations of the tables. */
  readonly collations?: readonly string[];
  /** A statement that changes tables and that another session of this user runs now, or the words `the migration lock`. */
  readonly migrating?: string;
  /** Of MySQL and MariaDB: the global variables that the checks ask about, in lower case. */
  readonly variables?: ReadonlyMap<string, string>;
}

/** Whether the secret_key of this path's node opens a row whose text is known; absent: not tried, or no such row. */
export type KeyProof = 'opens' | 'does-not-open';

/** `replica`: it follows another server; `server`: it refuses writes to everybody; `role`, `database`: told so for this role or this database alone. */
export type ReadOnly = 'replica' | 'server' | 'role' | 'database';

/** How many sessions the server has room for. Undefined limits: none. */
export interface ConnectionLimits {
  readonly max: number;
  /** Kept back for others than this role. */
  readonly reserved: number;
  readonly ofRole?: number;
  readonly ofDatabase?: number;
}

export interface PoolerFacts {
  /** `transaction`: a session of ours changes its server between transactions; `unknown`: it gave us no second session to tell. */
  readonly mode: 'session' | 'transaction' | 'unknown';
  /** What it said to a start-up parameter that Grafana's driver sends. */
  readonly refusedStartup?: string;
}

export type SchemaFacts =
  | { readonly kind: 'empty' }
  | GrafanaSchema
  | { readonly kind: 'foreign'; readonly tables: number; readonly example: string }
  /** Grafana's tables are there, but this user may not read them. */
  | { readonly kind: 'unreadable'; readonly code: string; readonly said: string };

export interface GrafanaSchema {
  readonly kind: 'grafana';
  readonly users: number;
  readonly dashboards: number;
  readonly encryptedRows: number;
  readonly secretsManagerRows?: number;
  /** It has the table of the keys with which Grafana signs. */
  readonly signs?: true;
  readonly migrations?: MigrationFacts;
}

/** What Grafana's own logs of its migrations tell. */
export interface MigrationFacts {
  /** Of those that ended well. */
  readonly count: number;
  /** Those that failed and did not succeed later. */
  readonly failed: number;
  readonly failedExample?: string;
  /** Tables that a migration renames and drops in the end; one that is there was left by a migration that died. */
  readonly leftovers: readonly string[];
  /** Dashboards and folders in unified storage; absent: there is no such table. */
  readonly unified?: { readonly dashboards: number; readonly folders: number; readonly moved: boolean; readonly failed: number };
  readonly folders: number;
}
