import { formatAddress, parseAddress } from '../cluster/address.ts';
import type { Address, Database } from '../cluster/cluster.ts';
import { parseDatabaseName, parseDatabaseUser } from '../cluster/database-words.ts';
import { parseDsn, type Dsn } from '../cluster/dsn.ts';
import { present } from '../cluster/present.ts';
import { accepted, type Parsed } from '../cluster/parsed.ts';
import type { Asker, Question, TextQuestion } from './ask.ts';
import { formatDsn } from './format-dsn.ts';
import type { InitFlags } from './flags.ts';
import type { World } from '../world.ts';
import { parsePublicDsn } from './refuse-wrong-flags.ts';
import { answered, type DatabaseDraft, type State } from './state.ts';
import type { Step } from './walk.ts';

const flag = '--dsn URL';
const url: TextQuestion<Dsn | 'fields'> = {
  title: '2 Database URL, without password', why: 'postgres://USER@HOST/NAME or mysql://…; Enter alone asks part by part.', flag,
  parse: (text): Parsed<Dsn | 'fields'> => (text.trim() === '' ? accepted('fields') : parseDsn(text)),
  format: (dsn) => (dsn === 'fields' ? '' : formatDsn(dsn)),
};
const type: Question = { title: '  Database engine', why: 'MariaDB counts as MySQL.', flag };
const host: TextQuestion<Address> = { title: '  Database host', why: 'HOST or HOST:PORT of the server that writes.', flag, parse: parseAddress, format: formatAddress };
const name: TextQuestion<string> = { title: '  Database name', why: 'It must exist; Grafana makes its tables in it.', flag, parse: parseDatabaseName, format: String };
const user: TextQuestion<string> = { title: '  Database user', why: 'The role that Grafana logs in as.', flag, parse: parseDatabaseUser, format: String };

/** The database's address as a pasted URL or part by part; parts that the URL leaves open are asked after it. */
export function askDatabase({ files }: Pick<World, 'files'>, flags: InitFlags): readonly Step<State>[] {
  const tlsFlags: Partial<DatabaseDraft> = {
    ...(flags.sslMode === undefined ? {} : { sslMode: flags.sslMode as Database['sslMode'] }),
    ...(flags.dbCa === undefined ? {} : { caCert: files.resolve(flags.dbCa) }),
  };
  return [
    {
      id: 'database',
      needed: () => true,
      take: async (state, ask) => {
        const { database } = state.answers;
        const former = database.address === undefined ? undefined : formatDsn(database);
        const asFlag = flags.dsn !== undefined && !ask.again;
        const withFlags = (next: State): State => (ask.again ? next : answered(next, { database: { ...next.answers.database, ...tlsFlags } }));
        const dsn = await ask.text({ ...url, parse: asFlag ? parsePublicDsn : url.parse }, { given: flags.dsn, former, kept: former });
        if (dsn === undefined) return undefined;
        return { state: withFlags(withDsn(state, dsn, asFlag)), again: ['type', 'address', 'name', 'user', 'reach'] };
      },
    },
    part('type', async (draft, ask) => {
      const chosen = await ask.select<Database['type']>(type, [{ value: 'postgres', name: 'PostgreSQL' }, { value: 'mysql', name: 'MySQL or MariaDB' }], { fallback: draft.type ?? 'postgres' });
      return chosen && { type: chosen };
    }),
    part('address', async (draft, ask) => {
      const port = draft.type === 'mysql' ? 3306 : 5432;
      const address = await ask.text({ ...host, parse: (text) => parseAddress(text, port) }, { former: draft.address && formatAddress(draft.address) });
      return address && { address };
    }),
    part('name', async (draft, ask) => {
      const answer = await ask.text(name, { former: draft.name, fallback: 'grafana' });
      return answer === undefined ? undefined : { name: answer };
    }),
    part('user', async (draft, ask) => {
      const answer = await ask.text(user, { former: draft.user, fallback: 'grafana' });
      return answer === undefined ? undefined : { user: answer };
    }),
  ];
}

function part(id: DatabaseDraft['open'][number], take: (draft: DatabaseDraft, ask: Asker) => Promise<Partial<DatabaseDraft> | undefined>): Step<State> {
  return {
    id,
    needed: ({ answers }) => answers.database.open.includes(id),
    take: async (state, ask) => {
      const { database } = state.answers;
      const answer = await take(database, ask);
      return answer === undefined ? undefined : { state: answered(state, { database: { ...database, ...answer } }), again: ['reach'] };
    },
  };
}

/** A flag without a word on TLS says nothing about it; a person who takes the word out of the line does. */
function withDsn(state: State, dsn: Dsn | 'fields', asFlag: boolean): State {
  const { database } = state.answers;
  if (dsn === 'fields') return answered(state, { database: { ...database, open: ['type', 'address', 'name', 'user'] } });
  const { password, ...parts } = dsn;
  const open = (['name', 'user'] as const).filter((key) => parts[key] === undefined);
  const mode = asFlag && database.type === parts.type && database.sslMode !== undefined ? { sslMode: database.sslMode } : {};
  const draft = { ...keptFrom(database), ...mode, ...parts, open };
  return answered(state, { database: draft, ...(password === undefined ? {} : { password, passwordFrom: 'url' as const }) });
}

/** A CA file and a name or user typed before outlive a corrected URL. */
function keptFrom({ name, user, caCert, serverCertName, maxOpenConn }: DatabaseDraft): Partial<DatabaseDraft> {
  return present({ name, user, caCert, serverCertName, maxOpenConn });
}
