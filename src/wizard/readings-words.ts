import { publicSecretKey } from '../grafana/catalogue-secrets.ts';
import type { World } from '../world.ts';
import { formatDsn } from './format-dsn.ts';
import type { NodeReading } from './read-node.ts';
import { describeRedis } from './read-redis.ts';
import type { State } from './state.ts';

interface Line {
  readonly mark: '✔' | '!';
  readonly text: string;
}

/** What was read, in a few lines; what a person should know about it is marked. Holds no secret. */
export function describeReadings(readings: readonly NodeReading[], { answers, seen }: State, { local }: Pick<World, 'local'>): readonly Line[] {
  const named = (has: (reading: NodeReading) => boolean): string => {
    const names = readings.filter(has).map(({ name }) => name);
    return names.length === readings.length ? `all ${names.length} nodes` : names.join(', ');
  };
  const lines = (has: (reading: NodeReading) => boolean, text: (names: string) => string): readonly Line[] => (readings.some(has) ? [{ mark: '!', text: text(named(has)) }] : []);
  const { database } = answers;
  const cas = [...seen.nodes].flatMap(([name, { databaseCa }]) => (databaseCa === undefined ? [] : [`${name} ${databaseCa.path}`]));
  const keptCa = cas.length > 0 && database.caCert === undefined && database.sslMode !== 'disable';
  return [
    ...(database.address === undefined ? [] : [{ mark: '✔' as const, text: `database  ${formatDsn(database)}` }]),
    ...(keptCa ? [{ mark: '✔' as const, text: `database CA  ${cas.join(', ')}: used from there, not in the cluster file` }] : []),
    ...(seen.fetched === undefined ? [] : [{ mark: '✔' as const, text: `database CA  fetched from the nodes; goes to ${seen.fetched.path}` }]),
    describeKeys(readings, local),
    ...[...new Set(readings.flatMap(({ license }) => license ?? []))].map((path): Line => ({ mark: '✔', text: `license  ${path} stays on ${named(({ license }) => license === path)}; --license PATH would let a push bring it` })),
    describePlugins(readings),
    ...lines(({ database: own }) => own === undefined, (names) => `${names}: on SQLite`),
    ...lines(({ database: own }) => own?.how === 'url', (names) => `${names}: the database is named by [database] url; a push writes it key by key instead`),
    ...lines(({ database: own }) => own?.type === 'mysql' && !['true', 'skip-verify', 'disable', 'false', ''].includes(own.sslMode), (names) => `${names}: ssl_mode is a word that MySQL does not know here, so the connection is plain text`),
    ...lines(({ rootUrl }) => rootUrl === undefined, (names) => `${names}: [server] root_url is not set to a URL that people could share`),
    ...(answers.redis === undefined ? [] : [{ mark: '✔' as const, text: `alerting  over Redis ${describeRedis(answers.redis)}` }]),
    ...lines(({ gossipPort, redis }) => gossipPort === undefined && redis === undefined, (names) => `${names}: no gossip yet (ha_peers is empty), so every alert is sent once by each`),
    ...lines(({ writtenBy }) => writtenBy !== undefined && answers.push !== 'never', (names) => `${names}: the config says that ${readings.find(({ writtenBy }) => writtenBy)!.writtenBy} writes it; --push-never keeps grafana-ha from writing there`),
  ];
}

function describePlugins(readings: readonly NodeReading[]): Line {
  const everywhere = (plugin: string): boolean => readings.every(({ plugins }) => plugins.includes(plugin));
  const own = readings.flatMap(({ name, plugins }) => plugins.filter((plugin) => !everywhere(plugin)).map((plugin) => `${name} ${plugin}`));
  if (own.length > 0) return { mark: '!', text: `plugins differ: ${own.join(', ')}. Each node shows panels and data sources by its own plugins` };
  const [first] = readings;
  return { mark: '✔', text: `plugins  ${first === undefined || first.plugins.length === 0 ? 'none added' : `${first.plugins.join(', ')} on all`}` };
}

function describeKeys(readings: readonly NodeReading[], local: World['local']): Line {
  const prints = readings.map(({ name, secretKey }) => ({ name, print: local.fingerprint(secretKey) }));
  const same = prints.every(({ print }) => print === prints[0]!.print);
  return same
    ? { mark: '✔', text: `secret_key  ${readings[0]?.secretKey.reveal() === publicSecretKey ? "Grafana's public default" : prints[0]?.print} on all; stays there` }
    : { mark: '!', text: `secret_key differs: ${prints.map(({ name, print }) => `${name} ${print}`).join(', ')}. One of them encrypted what is in the database` };
}
