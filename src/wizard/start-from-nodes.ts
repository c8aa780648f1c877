import { posix } from 'node:path';
import { formatAddress } from '../cluster/address.ts';
import type { Address, Database } from '../cluster/cluster.ts';
import { parseName } from '../cluster/name.ts';
import { present } from '../cluster/present.ts';
import { defaultClusterName, parseRootUrl } from '../cluster/root-url.ts';
import { ExitCode, UserError } from '../errors.ts';
import { gossipAddresses } from '../settings/gossip-addresses.ts';
import { nodePaths } from '../settings/node-paths.ts';
import type { World } from '../world.ts';
import type { Asker } from './ask.ts';
import type { InitFlags } from './flags.ts';
import { formatDsn } from './format-dsn.ts';
import { makeNodes } from './make-cluster.ts';
import { readNode, type NodeReading } from './read-node.ts';
import { describeRedis } from './read-redis.ts';
import { describeReadings } from './readings-words.ts';
import { settleDifference, type Difference } from './settle-difference.ts';
import { answered, type Answers, type DatabaseDraft, type State } from './state.ts';
import type { Step } from './walk.ts';

/** Takes the answers from running nodes; asks, setting by setting, only where they differ. */
export function startFromNodes({ screen, local, files }: Pick<World, 'screen' | 'local' | 'files'>, flags: InitFlags): Step<State> {
  return {
    id: 'from',
    needed: () => flags.from !== undefined,
    take: async (state, ask) => {
      const readings = [...state.seen.nodes].map(([name, facts]) => readNode(name, facts));
      if (flags.like !== undefined && !readings.some(({ name }) => name === flags.like)) throw new UserError(`--like: there is no node ${flags.like}.`, { hint: `The nodes are ${readings.map(({ name }) => name).join(', ')}`, exitCode: ExitCode.WrongUsage });
      const answers = await settle(readings, state, flags, ask);
      if (answers === undefined) return undefined;
      const fetched = flags.dbCa === undefined ? await fetchCa(state, answers.database, files, flags) : undefined;
      const withCa = answered(state, { ...answers, database: { ...answers.database, ...(fetched === undefined ? {} : { caCert: fetched.path }) } });
      const next: State = { ...withCa, seen: { ...withCa.seen, ...(fetched === undefined ? {} : { fetched }) } };
      for (const line of describeReadings(readings, next, { local })) screen.note(`  ${line.mark === '!' ? screen.paint('yellow', '!') : screen.paint('green', '✔')} ${line.text}`);
      return {
        state: next,
        again: ['database', 'password', 'reach', 'root-url', 'gossip', 'name'],
        known: [...(answers.database.address === undefined ? [] : ['database']), ...(answers.rootUrl === undefined ? [] : ['root-url']), 'gossip', 'name', 'license'],
      };
    },
  };
}

/** Undefined: Escape at one of the questions. */
async function settle(readings: readonly NodeReading[], { answers: before, seen }: State, flags: InitFlags, ask: Asker): Promise<Answers | undefined> {
  let escaped = false;
  const settled = async <Value>(what: string, flag: string | undefined, of: (reading: NodeReading) => Value | undefined, show: (value: Value) => string): Promise<Value | undefined> => {
    if (escaped) return undefined;
    const found: Difference<Value>['found'] = readings.flatMap((reading) => {
      const value = of(reading);
      return value === undefined ? [] : [{ node: reading.name, value }];
    });
    const answer = await settleDifference({ what, show, found, ...(flag === undefined ? {} : { flag }) }, flags.like, ask);
    if (answer === undefined) escaped = true;
    return answer?.value;
  };

  const place = flags.dsn !== undefined ? undefined : await settled('the database', '--dsn URL', ({ database }) => database, ({ type, address, name, user }) => formatDsn({ type, address, name, user }));
  const sslMode = flags.sslMode !== undefined ? undefined : await settled('[database] ssl_mode', '--ssl-mode MODE', ({ database }) => database && modeOf(database), String);
  const url = flags.rootUrl !== undefined ? undefined : await settled('[server] root_url', '--root-url URL', ({ rootUrl }) => rootUrl, String);
  const label = await settled('[unified_alerting] ha_label', undefined, (reading) => reading.label, String);
  const maxOpenConn = await settled('[database] max_open_conn', undefined, (reading) => (reading.database === undefined ? undefined : reading.maxOpenConn), String);
  const certName = await settled('[database] server_cert_name', undefined, (reading) => (reading.database?.type === 'mysql' ? reading.serverCertName : undefined), String);
  const port = flags.gossipPort !== undefined ? undefined : await settled('the gossip port', '--gossip-port PORT', ({ gossipPort }) => gossipPort, String);
  const redis = await settled('the Redis of alerting', undefined, (reading) => reading.redis ?? (reading.gossipPort === undefined ? undefined : 'none'), (found) => (found === 'none' ? found : describeRedis(found)));
  if (escaped) return undefined;

  const rootUrl = url === undefined ? undefined : parseRootUrl(url);
  const cluster = rootUrl?.ok ? rootUrl.value : before.rootUrl;
  const name = before.name ?? nameFor(label) ?? (cluster && defaultClusterName(cluster));
  const [shared] = readings.flatMap(({ database }) => database ?? []);
  const draft: DatabaseDraft = shared === undefined ? before.database : present({
    ...before.database,
    ...(place === undefined ? { type: shared.type } : { type: place.type, address: place.address, name: place.name, user: place.user }),
    sslMode: sslMode as Database['sslMode'] | undefined,
    maxOpenConn: Number(maxOpenConn) > 0 ? Number(maxOpenConn) : before.database.maxOpenConn,
    serverCertName: place?.type === 'mysql' && certName !== '' && certName !== place.address.host ? certName : undefined,
  });
  const gossipPort = port ?? before.gossipPort;
  return present({
    ...before,
    database: draft,
    rootUrl: cluster,
    name,
    label: label === undefined ? before.label : label === name ? undefined : label,
    redis: redis === 'none' ? undefined : redis,
    gossipPort,
    gossip: ownAddresses(readings, { ...before, gossipPort }, seen),
    secrets: before.before?.secrets ?? (readings.length > 0 && readings.every(({ inline }) => inline) ? 'inline' as const : undefined),
  });
}

/** On MySQL every other word means plain text. */
function modeOf({ type, sslMode }: NonNullable<NodeReading['database']>): string {
  if (type === 'mysql') return ['true', 'skip-verify'].includes(sslMode) ? sslMode : 'disable';
  return sslMode === '' ? 'disable' : sslMode;
}

function nameFor(label: string | undefined): string | undefined {
  const name = label === undefined ? undefined : parseName(label);
  return name?.ok ? name.value : undefined;
}

/** Addresses that differ from what would be found out at every push anyway. */
function ownAddresses(readings: readonly NodeReading[], answers: Answers, { nodes: facts }: State['seen']): ReadonlyMap<string, Address> {
  const sources = new Map([...facts].map(([name, { sourceAddresses }]) => [name, sourceAddresses] as const));
  const detected = gossipAddresses({ nodes: makeNodes({ ...answers, gossip: new Map() }), alerting: { port: answers.gossipPort } }, sources);
  return new Map(readings.flatMap(({ name, gossip }) => {
    const own = detected.get(name);
    const known = gossip ?? answers.gossip.get(name);
    return known === undefined || (own !== undefined && formatAddress(own) === formatAddress(known)) ? [] : [[name, known] as const];
  }));
}

/** The CA that an earlier push put beside every config comes back to this machine, so that a new node can get it, too. It is no secret. */
async function fetchCa({ answers, seen }: State, { sslMode, caCert }: DatabaseDraft, files: World['files'], flags: InitFlags): Promise<State['seen']['fetched']> {
  if (caCert !== undefined || sslMode === 'disable') return undefined;
  const copies = makeNodes(answers).map((node) => {
    const facts = seen.nodes.get(node.name)!;
    return facts.databaseCa?.path === nodePaths(node, facts.configPath).databaseCa ? facts.databaseCa.pem : undefined;
  });
  const [pem] = copies;
  if (pem === undefined || copies.some((copy) => copy !== pem)) return undefined;
  const path = posix.join(posix.dirname(files.resolve(flags.file)), 'certs', 'database_ca.pem');
  const there = await files.readText(path);
  return there === undefined || there === pem ? { path, text: pem } : undefined;
}
