import { formatAddress } from '../cluster/address.ts';
import type { Database } from '../cluster/cluster.ts';
import type { DatabasePath } from '../facts.ts';
import { tlsDemand, tlsProblem } from '../grafana/database-tls.ts';
import { adminSql, lackOf } from '../grafana/admin-sql.ts';

/** What is wrong with the database as the nodes see it, and what the person can do about it here. */
export interface Trouble {
  /** `untrusted`: a CA file is missing; `plain`: no TLS on offer; `password`: refused; `other`: mended outside or by another answer. */
  readonly kind: 'untrusted' | 'plain' | 'password' | 'other';
  readonly found: string;
  readonly hint: string;
}

/** The first trouble on any path; undefined when every node can use the database. */
export function troubleWith(database: Database, paths: ReadonlyMap<string, DatabasePath>): Trouble | undefined {
  for (const [node, path] of paths) {
    const trouble = tlsTrouble(node, database, path) ?? loginTrouble(node, database, path) ?? schemaTrouble(node, database, path);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

function tlsTrouble(node: string, database: Database, { tls }: DatabasePath): Trouble | undefined {
  if (!tls.ok) return undefined;
  const offer = tls.facts;
  const problem = tlsProblem(tlsDemand(database), offer);
  if (problem === undefined) return undefined;
  if (!offer.offered) return { kind: 'plain', found: `${node}: the server offers no TLS, so passwords and dashboards would cross the network readable`, hint: 'Switch TLS on at the server, or go on without (--ssl-mode disable).' };
  if (problem === 'chain') return { kind: 'untrusted', found: `${node} does not trust the CA "${offer.topIssuer}" (${offer.chainError})`, hint: 'Name the CA file (--db-ca PATH); your database provider publishes it.' };
  const names = offer.names.length === 0 ? 'no name at all (Go looks at subject alternative names alone)' : offer.names.join(', ');
  const looser = database.type === 'postgres' ? '?sslmode=verify-ca' : '?tls=skip-verify';
  return { kind: 'other', found: `${node}: the certificate does not carry ${database.address.host}; it carries ${names}`, hint: `Type a host that it carries, or add ${looser} to the URL.` };
}

function loginTrouble(node: string, database: Database, { login }: DatabasePath): Trouble | undefined {
  if (login.ok || login.code === 'not-tried') return undefined;
  const found = `${node}: ${login.said}`;
  const lack = lackOf(login.code, login.said);
  if (lack !== undefined) return { kind: 'other', found, hint: asAdmin(adminSql(lack, database)) };
  if (login.code === '28P01' || login.code === 'ER_ACCESS_DENIED_ERROR') {
    return { kind: 'password', found, hint: `The password is wrong, or the user is not there yet. As the database's admin:\n  ${adminSql('role', database).join('\n  ')}` };
  }
  return { kind: 'other', found: `${node} does not reach ${formatAddress(database.address)}: ${login.said.replace(`${formatAddress(database.address)}: `, '')}`, hint: hintOn(login.code, database) };
}

function schemaTrouble(node: string, database: Database, { server }: DatabasePath): Trouble | undefined {
  if (server === undefined) return undefined;
  const { schema, writable } = server;
  if (schema.kind === 'foreign') return { kind: 'other', found: `the database ${database.name} holds ${schema.tables} tables of something else, such as ${schema.example}`, hint: 'Name a database of Grafana\'s own, or an empty one.' };
  if (schema.kind === 'unreadable') return { kind: 'other', found: `${node}: the tables in ${database.name} cannot be read: ${schema.said}`, hint: asAdmin(adminSql('grant', database)) };
  if (writable.ok) return undefined;
  const grants = writable.code === 'missing-privileges' || lackOf(writable.code, writable.said) !== undefined;
  return { kind: 'other', found: `${node} cannot write: ${writable.said}`, hint: grants ? asAdmin(adminSql('grant', database)) : 'Name the server that writes, and a role that owns the tables.' };
}

function hintOn(code: string, { type, name, user }: Database): string {
  if (code === '28000') return `Add a line to pg_hba.conf on the server, such as: hostssl ${name} ${user} NODE-ADDRESS/32 scram-sha-256`;
  if (code === 'EPROTO') return 'Type the host and port of the database.';
  if (/^(ENOTFOUND|EAI_)/.test(code)) return 'Type the host as the nodes know it.';
  return type === 'postgres' ? 'Look at the firewall and at listen_addresses of the server.' : 'Look at the firewall and at bind-address of the server.';
}

function asAdmin(lines: readonly string[]): string {
  return `As the database's admin:\n  ${lines.join('\n  ')}`;
}
