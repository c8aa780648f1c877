import type { Database } from '../cluster/cluster.ts';
import { counted } from '../cluster/counted.ts';
import type { Secret } from '../cluster/secret.ts';
import { accepted, refused, type Parsed } from '../cluster/parsed.ts';
import { formatTarget } from '../cluster/target.ts';
import type { DatabasePath, Gathered } from '../facts.ts';
import { gatherDatabase } from '../gather/database.ts';
import { databaseTrust } from '../gather/database-trust.ts';
import type { Files, World } from '../world.ts';
import type { Asker, Question, TextQuestion } from './ask.ts';
import { troubleWith, type Trouble } from './database-trouble.ts';
import { makeDatabase } from './make-cluster.ts';
import { readNamedFile } from './read-named-file.ts';
import { withFetched } from './with-fetched.ts';
import { answered, wantsAdmin, type Answers, type State } from './state.ts';
import type { Step, Taken } from './walk.ts';

const caFile: TextQuestion<string> = {
  title: '  CA file on this machine', why: 'PEM; it is copied to the nodes.', flag: '--db-ca PATH',
  parse: (text): Parsed<string> => (text.trim() === '' ? refused('no path was typed', 'Type the path of a PEM file') : accepted(text.trim())),
  format: String,
};
const plain: Question = { title: '  Go on without TLS?', why: 'Only on a network that nobody else listens to.', flag: '--ssl-mode disable' };
const retry: TextQuestion<'again' | 'edit'> = {
  title: '  [Enter] again  [e] edit the URL', why: '', flag: '--dsn URL',
  parse: (text): Parsed<'again' | 'edit'> => (/^e?$/i.test(text.trim()) ? accepted(text.trim() === '' ? 'again' : 'edit') : refused(`"${text}" is neither`, 'Press Enter, or type e')),
  format: (answer) => (answer === 'edit' ? 'e' : ''),
};

/** Tries the database from the nodes, and helps until every node can use it. */
export function reachDatabase(world: World): Step<State> {
  const { screen, files } = world;
  return {
    id: 'reach',
    needed: () => true,
    take: async (start, ask) => {
      let state = start;
      for (;;) {
        const database = makeDatabase(state.answers);
        const ca = await readCa(database, withFetched(world, state).files);
        const paths = ca !== undefined && 'kind' in ca ? new Map<string, DatabasePath>() : await tryDatabase(state, database, ca, world);
        const trouble = ca !== undefined && 'kind' in ca ? ca : troubleWith(database, paths);
        if (trouble === undefined) {
          screen.note(`  ${screen.paint('green', '✔')} ${describePaths(database, paths)}`);
          return { state: { answers: withoutNeedless(state.answers, paths), seen: { ...state.seen, paths } }, again: ['admin'] };
        }
        ask.refuse(trouble);
        const next = await mend(trouble, state, ask);
        if (next === undefined || next.again !== undefined) return next;
        state = next.state;
      }
    },
  };

  /** What the person does about it; `again` names the steps that have to be taken once more. */
  async function mend(trouble: Trouble, state: State, ask: Asker): Promise<Taken<State> | undefined> {
    const { database } = state.answers;
    switch (trouble.kind) {
      case 'untrusted': {
        const path = await ask.text(caFile, { former: database.caCert });
        return path === undefined ? undefined : { state: answered(state, { database: { ...database, caCert: files.resolve(path) } }) };
      }
      case 'plain': {
        const agreed = await ask.confirm(plain, { fallback: false });
        if (agreed === undefined) return undefined;
        return agreed ? { state: answered(state, { database: { ...database, sslMode: 'disable' } }) } : { state, again: ['database', 'reach'] };
      }
      case 'password':
        return { state, again: ['password', 'reach'] };
      case 'other': {
        const answer = await ask.text(retry, {});
        if (answer === undefined) return undefined;
        return answer === 'again' ? { state } : { state, again: ['database', 'reach'] };
      }
    }
  }
}

/** The CA file as it lies here; a trouble when it cannot be used. */
async function readCa({ caCert }: Database, files: Files): Promise<Gathered<string> | undefined | Trouble> {
  if (caCert === undefined) return undefined;
  const hint = 'Name the CA file (--db-ca PATH).';
  const file = await readNamedFile(caCert, files, hint);
  if (!file.ok) return { kind: 'untrusted', found: file.found, hint };
  if (file.text.includes('-----BEGIN CERTIFICATE-----')) return { ok: true, facts: file.text };
  return { kind: 'untrusted', found: `${caCert} holds no PEM certificate.`, hint };
}

async function tryDatabase({ answers, seen }: State, database: Database, ca: Gathered<string> | undefined, world: World): Promise<ReadonlyMap<string, DatabasePath>> {
  const line = world.screen.progress(`  trying ${database.address.host} from ${answers.nodes.length} nodes`);
  const password: Gathered<Secret> = answers.password === undefined ? { ok: false, missing: 'no password' } : { ok: true, facts: answers.password };
  const paths = answers.nodes.map(({ name, target }) => ({ name, dial: seen.connections.get(formatTarget(target))!.dial, caBundle: databaseTrust(seen.nodes.get(name) ?? {}) }));
  return gatherDatabase(database, password, ca, paths, world).finally(() => line.done());
}

/** A first admin is of no use to a database that has users. */
function withoutNeedless({ admin, ...answers }: Answers, paths: ReadonlyMap<string, DatabasePath>): Answers {
  return wantsAdmin(paths) && admin !== undefined ? { ...answers, admin } : answers;
}

const engines = { postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' } as const;

/** Such as `PostgreSQL 16.4, writable, empty, verify-full, 1 ms from all 3`. */
export function describePaths(database: Database, paths: ReadonlyMap<string, DatabasePath>): string {
  const [server] = [...paths.values()].flatMap((path) => path.server ?? []);
  const times = [...paths.values()].flatMap(({ login }) => (login.ok ? [login.roundTripMs] : []));
  if (server === undefined) return `reached from ${paths.size} nodes`;
  const holds = server.schema.kind === 'grafana' ? `holds a Grafana with ${counted(server.schema.users, 'user')} and ${counted(server.schema.dashboards, 'dashboard')}` : server.schema.kind;
  return `${engines[server.engine]} ${server.version}, writable, ${holds}, ${database.sslMode === 'disable' ? 'no TLS' : `ssl_mode ${database.sslMode}`}, ${Math.max(...times)} ms from all ${paths.size}`;
}
