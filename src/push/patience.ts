/** What decides how long a start may take. */
export interface StartSize {
  /** `empty`: the first start sets up the tables. */
  readonly schema: 'empty' | 'grafana' | 'unknown';
  /** Whether the start is one of a newer Grafana than the schema is of. */
  readonly migrates: boolean;
  /** Dashboards, or what else is known to be rewritten row by row; 0: not known. */
  readonly rows: number;
  /** Milliseconds. */
  readonly roundTripMs: number;
  readonly peers: number;
}

/** Migrations of an empty database (12.2: 713 in migration_log), with the statements that each sends: it looks, it does, it notes. */
const firstStart = { migrations: 800, statements: 8 };

/** Between two versions that are years apart. */
const laterStart = { migrations: 300, statements: 8 };

/** Seconds one start may take before it counts as late; generous, because a migration that is cut costs more than waiting does. */
export function patienceFor({ schema, migrates, rows, roundTripMs, peers }: StartSize): number {
  // 30 s for Grafana itself on a slow disk, and 10 s for each peer whose TCP port is silent (seen on 9.4).
  const bare = 60 + 10 * peers;
  const queries = 500 * roundTripMs;
  const work = schema === 'empty' || schema === 'unknown' ? firstStart : migrates ? laterStart : { migrations: 0, statements: 0 };
  // 5 ms a statement beside the way there and back; 10 ms a row: unified storage writes each dashboard anew. Three times that for a busy server.
  const migrating = work.migrations * work.statements * (roundTripMs + 5) + (migrates ? 10 * rows : 0);
  return Math.ceil((bare * 1000 + queries + 3 * migrating) / 1000);
}
