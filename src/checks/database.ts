import { formatAddress } from '../cluster/address.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { counted } from '../cluster/counted.ts';
import type { DatabasePath } from '../facts.ts';
import { tlsDemand, tlsProblem } from '../grafana/database-tls.ts';
import { encodeForDatabase } from '../grafana/database-value.ts';
import type { TlsOffer } from '../world/database.ts';
import { type Check, check, failed, type Judgement, passed, type Skipped, skipped, warned } from './check.ts';
import { loginHint } from './database-hints.ts';
import { everyPath, wholeCluster } from './subjects.ts';

/** Used while no node tells a version: none of the versions that need a value in two forms. */
const plainVersion = '12.2.0';

/** A table that another session holds. */
const lockedCodes = ['55P03', 'ER_LOCK_WAIT_TIMEOUT'];

/** The database, and the way to it from every node. */
export const databaseChecks: readonly Check[] = [
  check({
    id: 'database.password', group: 'database', about: wholeCluster,
    title: 'The password is found, and Grafana can be told it',
    why: "Some characters do not survive Grafana's connection string, however they are quoted.",
    fix: 'Say where the password comes from: password = env:NAME, file:PATH or command:WORDS under [database] of the cluster file, or --db-password. One that Grafana cannot be told has to be changed in the database.',
    judge: (_, { cluster: { database }, facts }) => {
      const { databasePassword } = facts.local;
      if (!databasePassword.ok) return failed({
        code: 'missing',
        found: databasePassword.missing,
        expected: 'the password',
        hint: 'hint' in databasePassword ? databasePassword.hint : '--db-password SOURCE',
      });
      const versions = facts.nodes.flatMap(({ node }) => (node.ok && node.facts.grafana !== undefined ? [node.facts.grafana.version] : []));
      const refusal = (versions.length > 0 ? versions : [plainVersion])
        .map((version) => encodeForDatabase('password', databasePassword.facts.reveal(), database.type, version))
        .find((written) => !written.ok);
      return refusal === undefined || refusal.ok ? passed() : failed({
        code: 'not-writable',
        found: refusal.problem.replace(/^It /, 'the password '),
        expected: 'a password that Grafana can be told',
        hint: refusal.hint,
      });
    },
  }),
  check({
    id: 'database.ca', group: 'database', about: wholeCluster,
    title: 'The CA file of the database is here',
    why: 'It is copied to the nodes.',
    fix: 'Write ca_cert = PATH under [database] of the cluster file, with a PEM file of the authority that signed the certificate of the server; clouds publish theirs.',
    judge: (_, { cluster: { database }, facts: { local } }) => {
      if (database.caCert === undefined || local.databaseCa === undefined) return undefined;
      const expected = 'a PEM file with the certificate that signed the server';
      const hint = 'ca_cert = PATH under [database] of the cluster file';
      if (!local.databaseCa.ok) return failed({ code: 'missing', found: local.databaseCa.missing, expected, hint });
      return local.databaseCa.text.includes('-----BEGIN CERTIFICATE-----') ? passed(database.caCert) : failed({
        code: 'no-pem',
        found: `${database.caCert} holds no certificate`,
        expected,
        hint,
      });
    },
  }),
  check({
    id: 'database.tls', group: 'database', about: everyPath,
    title: "The server's TLS is what Grafana will accept",
    why: "Grafana looks at the certificate by Go's rules and the node's own trust bundle, which are not those of this machine.",
    fix: 'Name the CA file of the authority that signed it (ca_cert), use a host name that stands in the certificate as a DNS name, and renew it in time.',
    judge: ({ path: { tls } }, { cluster, facts }) => (tls.ok ? judgeTls(tls.facts, cluster, facts.at) : skipped(tls.missing)),
  }),
  check({
    id: 'database.login', group: 'database', about: everyPath,
    title: 'The database accepts the login from every node',
    why: 'Grants and pg_hba.conf look at the client address: what works from here may fail from a node.',
    fix: 'Open the way from the node to the database (firewall, security group, a proxy with a server behind it), let its address in (pg_hba.conf, or the account at @address), and use the password the server has.',
    judge: ({ node, path: { login } }, { cluster }) => {
      if (login.ok) return passed(`${login.roundTripMs} ms`);
      if (login.code === 'not-tried') return skipped(login.said);
      return failed({
        code: login.code,
        found: login.code === 'ECONNRESET' ? `${login.said}: a proxy with no server behind it does that, and a firewall` : login.code === 'ETIMEDOUT' ? `${login.said}: something drops the packets, or hangs` : login.said,
        expected: `a session for ${cluster.database.user} in ${cluster.database.name}`,
        hint: loginHint(login, cluster, node),
      });
    },
  }),
  check({
    id: 'database.writable', group: 'database', about: everyPath,
    title: 'Grafana may make tables and write to them',
    why: 'A replica, or a user without grants, lets Grafana log in and then fail in its migrations.',
    fix: 'Give the user all rights on its own database; on PostgreSQL it should own the database and its tables.',
    judge: ({ path: { server, login } }, { cluster: { database } }) => {
      if (server === undefined) return noSession(login);
      const { writable, readOnly: refused } = server;
      // database.primary says it, with the reason.
      if (refused !== undefined && !writable.ok) return undefined;
      if (writable.ok) return passed(writable.how);
      const readOnly = ['25006', 'read-only', 'ER_OPTION_PREVENTS_STATEMENT'].includes(writable.code);
      return failed({
        code: writable.code,
        found: writable.said,
        expected: `${database.user} may make, alter and write tables in ${database.name}`,
        hint: readOnly ? 'host = WRITER:PORT under [database] of the cluster file' : grant(database),
      });
    },
  }),
  check({
    id: 'database.schema', group: 'database', about: everyPath,
    title: "The database is empty or holds a Grafana's tables",
    why: "Grafana's migrations do not look whose tables are there.",
    fix: 'Give Grafana a database of its own: CREATE DATABASE, and name it under [database] of the cluster file. Tables of an older Grafana have to belong to the user that logs in.',
    judge: ({ path: { server, login } }, { cluster: { database } }) => {
      if (server === undefined) return noSession(login);
      const { schema } = server;
      const expected = 'an empty database, or that of a Grafana';
      switch (schema.kind) {
        case 'empty': return passed('empty');
        case 'grafana': return passed(`a Grafana with ${counted(schema.users, 'user')} and ${counted(schema.dashboards, 'dashboard')}${schema.migrations === undefined ? '' : `, ${counted(schema.migrations.count, 'migration')}`}`);
        case 'foreign': return failed({
          code: 'foreign',
          found: `${schema.tables} tables of something else, such as ${schema.example}`,
          expected,
          hint: 'name = ANOTHER under [database] of the cluster file',
        });
        case 'unreadable': return server.migrating !== undefined && lockedCodes.includes(schema.code) ? skipped('a migration holds the tables') : failed({
          code: schema.code,
          found: schema.said,
          expected: `Grafana's tables belong to ${database.user}`,
          hint: grant(database),
        });
      }
    },
  }),
];

function noSession(login: DatabasePath['login']): Skipped {
  return skipped(!login.ok && login.code === 'not-tried' ? login.said : 'the database gave no session');
}

function grant({ type, name, user }: Cluster['database']): string {
  return type === 'postgres'
    ? `as its admin: ALTER DATABASE ${name} OWNER TO ${user}; and in it: GRANT ALL ON SCHEMA public TO ${user};`
    : `as its admin: GRANT ALL PRIVILEGES ON \`${name}\`.* TO '${user}'@'%';`;
}

function judgeTls(offer: TlsOffer, { database }: Cluster, at: Date): Judgement {
  const demand = tlsDemand(database);
  const server = formatAddress(database.address);
  if (demand.kind === 'plain') {
    return warned({
      code: 'plain',
      found: `ssl_mode = disable${offer.offered ? `, though ${server} offers TLS` : ''}`,
      expected: 'TLS: the password and all data cross the network in clear',
      hint: `ssl_mode = ${database.type === 'postgres' ? 'verify-full' : 'true'} under [database] of the cluster file`,
    });
  }
  const problem = tlsProblem(demand, offer);
  const days = offer.offered ? Math.floor((offer.notAfter.getTime() - at.getTime()) / 86_400_000) : 0;
  if (!offer.offered || problem === 'not-offered') return failed({
    code: 'not-offered',
    found: `${server} offers no TLS`,
    expected: `TLS, as ssl_mode = ${database.sslMode} asks`,
    hint: 'turn TLS on in the server, or write ssl_mode = disable under [database] of the cluster file',
  });
  if (problem === 'chain' && offer.chainError === 'CERT_HAS_EXPIRED') return failed({
    code: 'expired',
    found: `the certificate of ${server} ended on ${offer.notAfter.toISOString().slice(0, 10)}`,
    expected: 'a certificate that is valid today',
    hint: 'renew it on the server',
  });
  if (problem === 'chain') return failed({
    code: offer.chainError ?? 'chain',
    found: `the certificate of ${server} leads to "${offer.topIssuer}", which is not trusted`,
    expected: 'an authority of the CA file, or of the node',
    hint: 'ca_cert = PATH under [database] of the cluster file',
  });
  if (problem === 'no-names') return failed({
    code: 'no-names',
    found: `the certificate has no subject alternative name, only "${offer.subject}", which Go does not look at`,
    expected: `DNS:${demand.serverName} in the certificate`,
    hint: 'make the server another certificate, or write ssl_mode = verify-ca under [database]',
  });
  if (problem === 'name') return failed({
    code: 'name',
    found: `the certificate is for ${offer.names.join(', ')}`,
    expected: demand.serverName,
    hint: `host = NAME:${database.address.port} under [database] of the cluster file, with a name of the certificate`,
  });
  return days >= 14 ? passed(`ssl_mode ${database.sslMode}`) : warned({
    code: 'expires',
    found: days < 0 ? `the certificate ended ${-days} days ago` : `the certificate ends in ${days} days`,
    expected: '14 days or more',
    hint: 'renew it on the server',
  });
}
