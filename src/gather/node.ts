import type { Cluster, Node } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import type { EnvironmentEntry, Gathered, NodeFacts, SqliteFacts } from '../facts.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { findExpanders } from '../grafana/expanders.ts';
import { nodePaths } from '../settings/node-paths.ts';
import { type Answer, parseAnswer } from '../shell/framed-answer.ts';
import { hostScript } from '../shell/host-script.ts';
import { configScript, type ContentsQuestion, contentsScript } from '../shell/node-scripts.ts';
import type { Script } from '../shell/quote.ts';
import { serviceScript } from '../shell/service-script.ts';
import type { Clock, NodeConnection } from '../world.ts';
import { type ConfigReading, parseVersionWords, readConfig } from './config.ts';
import { askHost, readHost } from './host.ts';
import { readService, type ServiceReading } from './service.ts';

/** What a node question needs of the cluster; the wizard asks before the rest is known. */
export interface NodeQuestion {
  /** All nodes, with the hosts they are known by. */
  readonly hosts: readonly { readonly name: string; readonly host: string }[];
  readonly needsBundle: boolean;
  /** Ask about the host, too; `gossipPort` where Grafana gossips. */
  readonly host?: { readonly gossipPort: number | undefined };
}

/** The hosts of all nodes, as far as connections know them better than the cluster file. */
export function hostsOf(nodes: Cluster['nodes'], connection: (name: string) => NodeConnection | undefined): Promise<NodeQuestion['hosts']> {
  return Promise.all(nodes.map(async ({ name, target }) => ({ name, host: await connection(name)?.host() ?? target.host })));
}

/** Looks at one node in three questions, or four where its config names secret files, each naming what the next one needs; changes nothing there. */
export async function gatherNode(node: Node, question: NodeQuestion, connection: NodeConnection, clock: Clock): Promise<Gathered<NodeFacts>> {
  const ask = async (script: Script): Promise<Answer> => parseAnswer((await connection.run(script, { repeatable: true })).stdout);
  try {
    const asked = clock.now().getTime();
    const service = readService(await ask(serviceScript(node.grafana.unit, node.grafana.status)), node.grafana);
    const clockAheadSeconds = aheadOf(asked / 1000, clock.now().getTime() / 1000, service.clock);
    const config = withContainer(service, readConfig(await ask(configScript({
      config: service.configPath ?? '',
      homes: service.homes,
      secretsPath: node.grafana.secretsPath ?? '',
      peers: question.hosts.filter(({ name }) => name !== node.name),
      ...(connection.address === undefined ? {} : { ownAddress: connection.address }),
      bundle: question.needsBundle,
    }))));
    const bare = makeFacts(service, config, clockAheadSeconds);
    const facts = { ...bare, secretFiles: await readSecretFiles(bare, node, config, ask) };
    const data = askDataFiles(facts, { home: config.homePath, license: nodePaths(node, config.configPath).license });
    if (question.host === undefined) return { ok: true, facts: data === undefined ? facts : { ...facts, ...data.read(await ask(contentsScript(data.question))) } };
    const host = askHost(node, facts, question.host.gossipPort);
    const answer = await ask(hostScript(host.script, data?.question));
    return { ok: true, facts: { ...facts, ...data?.read(answer), host: readHost(answer, host) } };
  } catch (error) {
    return { ok: false, missing: `${node.name} stopped answering: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Seconds by which a clock that was read between two moments of ours must be off at least: a slow answer is no wrong clock. */
function aheadOf(asked: number, answered: number, theirs: number): number {
  return Math.round(theirs < asked ? theirs - asked : Math.max(0, theirs - answered));
}

/** A Grafana in a container keeps its defaults and its version there. */
function withContainer({ container }: ServiceReading, config: ConfigReading): ConfigReading {
  if (container === undefined) return config;
  const grafana = parseVersionWords(container.version, /enterprise/.test(container.facts.image), '/usr/share/grafana');
  const { grafana: _host, defaults: _defaults, ...rest } = config;
  return { ...rest, ...(grafana === undefined ? {} : { grafana }), ...(container.defaults === '' ? {} : { defaults: container.defaults }) };
}

function makeFacts(service: ServiceReading, config: ConfigReading, clockAheadSeconds: number): NodeFacts {
  const [owner = '', group = ''] = (config.config?.owner ?? '').split(':');
  return {
    hostName: service.hostName,
    system: service.system,
    systemd: service.systemd,
    ...(config.grafana === undefined ? {} : { grafana: config.grafana }),
    service: { ...service.service, user: service.service.user || owner, group: service.service.group || group },
    configPath: config.configPath,
    ...(config.config === undefined ? {} : { config: config.config }),
    ...(config.defaults === undefined ? {} : { defaults: config.defaults }),
    environment: relevant(service, config),
    arguments: service.words.filter((word) => word.startsWith('cfg:')),
    argumentPlaces: service.argumentPlaces,
    ...(service.configNamed === undefined ? {} : { configNamed: service.configNamed }),
    ...(service.running === undefined ? {} : { running: service.running }),
    startFiles: service.startFiles,
    ...(service.container === undefined ? {} : { container: service.container.facts }),
    ...(service.variables.some(({ name }) => /^https_proxy$/i.test(name)) ? { proxied: true } : {}),
    secretFiles: new Map(),
    files: config.files,
    sourceAddresses: config.sourceAddresses,
    addresses: config.addresses,
    ...(config.caBundle === undefined ? {} : { caBundle: config.caBundle }),
    clockAheadSeconds,
  };
}

/** GF_* variables, and those that the config asks for by `${NAME}`. */
function relevant({ variables }: ServiceReading, { config }: ConfigReading): readonly EnvironmentEntry[] {
  const texts = [config?.text ?? '', ...variables.filter(({ name }) => name.startsWith('GF_')).map(({ value }) => value)];
  const asked = new Set(texts.flatMap(findExpanders).map(({ argument }) => argument));
  return variables
    .filter(({ name }) => name.startsWith('GF_') || asked.has(name))
    .map(({ name, value, origin }) => ({ name, value: new Secret(value), origin }));
}

/** Files named by `$__file{}`, and those that an earlier push staged. */
async function readSecretFiles(facts: NodeFacts, node: Node, config: ConfigReading, ask: (script: Script) => Promise<Answer>): Promise<NodeFacts['secretFiles']> {
  const texts = [facts.config?.text ?? '', ...facts.environment.map(({ value }) => value.reveal())];
  const named = texts.flatMap(findExpanders).filter(({ provider }) => provider === '__file').map(({ argument }) => argument);
  const { databaseCa: _database, databaseClientCert: _client, redisCa: _redis, license: _license, ...secrets } = nodePaths(node, config.configPath);
  const staged = Object.values(secrets).filter((path) => facts.files.has(path));
  const names = [...new Set([...named, ...staged])];
  if (names.length === 0) return new Map();
  // A relative path counts from where Grafana runs, its home.
  const files = names.map((name) => ({ name, path: name.startsWith('/') ? name : `${config.homePath}/${name}` }));
  const contents = (await ask(contentsScript({ files }))).under('secret');
  return new Map([...contents].map(([name, text]) => [name, new Secret(text)]));
}

interface DataAsking {
  readonly question: ContentsQuestion;
  read(answer: Answer): Pick<NodeFacts, 'databaseCa' | 'redisCa' | 'licenses' | 'sqlite' | 'plugins'>;
}

/** Asks for what the effective config names: the CA files for database and Redis, licenses, SQLite's own file, and the plugins; undefined: Grafana cannot read it. */
function askDataFiles(facts: NodeFacts, { home, license }: { readonly home: string; readonly license: string }): DataAsking | undefined {
  const effective = effectiveOf(facts);
  if (!effective.ok) return undefined;
  const value = (section: string, key: string): string => effective.config.get(section, key)?.value ?? '';
  const under = (folder: string, path: string): string => (path.startsWith('/') ? path : `${folder}/${path}`);
  const data = under(home, value('paths', 'data') || 'data');
  const ca = value('database', 'ca_cert_path');
  const redisCa = value('unified_alerting', 'ha_redis_tls_ca_path');
  const licenseText = value('enterprise', 'license_text');
  const licensePath = under(home, value('enterprise', 'license_path') || `${data}/license.jwt`);
  const used = licenseText === '' ? licensePath : undefined;
  return {
    question: {
      files: [...[...new Set([ca, redisCa])].filter((path) => path !== '').map((path) => ({ name: path, path: under(home, path) })), ...[...new Set([license, licensePath])].map((path) => ({ name: path, path }))],
      sqlite: under(data, value('database', 'path') || 'grafana.db'),
      plugins: under(home, value('paths', 'plugins') || 'data/plugins'),
    },
    read(answer) {
      const contents = answer.under('secret');
      const [pem, redisPem] = [contents.get(ca), contents.get(redisCa)];
      const sqlite = countSqlite(answer);
      const licenses = [
        ...(licenseText === '' ? [] : [{ path: '[enterprise] license_text', text: new Secret(licenseText), used: true }]),
        ...[...new Set([license, licensePath])].flatMap((path) => {
          const text = contents.get(path);
          return text === undefined ? [] : [{ path, text: new Secret(text), used: path === used }];
        }),
      ];
      return { ...(pem === undefined ? {} : { databaseCa: { path: ca, pem } }), ...(redisPem === undefined ? {} : { redisCa: { path: redisCa, pem: redisPem } }), licenses, ...(sqlite === undefined ? {} : { sqlite }), plugins: readPlugins(answer) };
    },
  };
}

/** A plugin.json that is no JSON counts as no plugin: Grafana does not load it either. */
function readPlugins(answer: Answer): ReadonlyMap<string, string> {
  return new Map([...answer.under('plugin').values()].flatMap((text) => {
    try {
      const { id, info } = JSON.parse(text) as { readonly id?: string; readonly info?: { readonly version?: string } };
      return id === undefined ? [] : [[id, info?.version ?? 'no version'] as const];
    } catch {
      return [];
    }
  }));
}

function countSqlite(answer: Answer): SqliteFacts | undefined {
  const path = answer.text('sqlite');
  if (path === undefined) return undefined;
  const count = (table: string): number => Number(answer.text(`count ${table}`)?.trim());
  const counts = {
    users: count('user'),
    // Grafana 12 keeps dashboards in both tables or in the new one alone.
    dashboards: Math.max(count('dashboard'), count('resource')),
    dataSources: count('data_source'),
    alertRules: count('alert_rule'),
  };
  if (Object.values(counts).every(Number.isInteger)) return { path, counts };
  return { path, why: answer.text('sqlite-why')?.trim() ?? 'the tables could not be counted' };
}
