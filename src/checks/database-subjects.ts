import type { DatabaseServer } from '../facts/database.ts';
import type { About } from './check.ts';

/** The server behind all paths, as the first node that logged in found it: one subject. */
export const theServer: About<DatabaseServer> = ({ facts: { nodes } }) => {
  const servers = nodes.flatMap(({ database }) => (database.ok && database.facts.server !== undefined ? [database.facts.server] : []));
  const [server] = servers;
  return [{ label: '', fact: server === undefined ? { ok: false, missing: 'the database gave no session' } : { ok: true, facts: server } }];
};

export const engineNames: Readonly<Record<DatabaseServer['engine'], string>> = { postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' };
