import { makeAuthority } from '../lab/database/authority.ts';
import { startMariadb as startLabMariadb } from '../lab/database/mariadb.ts';
import { startPostgres as startLabPostgres } from '../lab/database/postgres.ts';
import { makeLabFolder } from '../lab/lab-folder.ts';
import type { LabDatabase } from '../lab/lab.ts';

export interface Server {
  readonly port: number;
  readonly ca: string;
  stop(): Promise<void>;
}

const address = '127.0.0.1';

/** The lab's PostgreSQL, alone on loopback; its certificate is for db.lab and 127.0.0.1. */
export function startPostgres(): Promise<Server> {
  return alone((place) => startLabPostgres({ ...place, clients: `${address}/32` }));
}

/** The lab's MariaDB, alone on loopback; its certificate is for db.lab and 127.0.0.1. */
export function startMariadb(): Promise<Server> {
  return alone(startLabMariadb);
}

async function alone(start: (place: Parameters<typeof startLabMariadb>[0]) => Promise<LabDatabase>): Promise<Server> {
  const folder = await makeLabFolder();
  const authority = await makeAuthority(folder.path);
  const { port, tls } = await start({ folder, authority, address });
  return { port, ca: tls.ca, stop: folder.remove };
}
