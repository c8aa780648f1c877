import { type Check, check, failed, passed } from './check.ts';
import { everyPath } from './subjects.ts';

/** Whether what lies encrypted in the database can be read. */
export const databaseSecretChecks: readonly Check[] = [
  check({
    id: 'security.secret-key-rows', group: 'database', about: everyPath,
    title: "Each node's secret_key opens what the database holds",
    why: 'With another key Grafana starts, says nothing and sends garbage in place of the passwords of data sources and contact points.',
    fix: 'Give the node the secret_key with which the rows were written: that of a node whose key opens them, or the one in a backup of its grafana.ini. A new key is no way: it leaves all stored secrets unreadable.',
    judge: ({ node, path: { server } }, { facts }) => {
      if (server?.secretKey === undefined) return undefined;
      if (server.secretKey === 'opens') return passed();
      const right = facts.nodes.find(({ database }) => database.ok && database.facts.server?.secretKey === 'opens');
      return failed({
        code: 'other-key',
        found: `the secret_key of ${node.name} does not open the key with which Grafana signs, a row whose text is known`,
        expected: right === undefined ? 'the key with which the rows were written' : `the key of ${right.name}, which does`,
        hint: right === undefined ? "secret_key = SOURCE under [security] of the cluster file, with the key from a backup of grafana.ini" : `put the secret_key of ${right.name} under [security] of ${node.name}'s grafana.ini`,
      });
    },
  }),
];
