import { createHash } from 'node:crypto';
import type { Node } from '../cluster/cluster.ts';
import type { NodeFacts } from '../facts.ts';
import type { AccessFacts, HostFacts, ListenerFacts, PlaceFacts, UnitFacts } from '../facts/host.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { findExpanders } from '../grafana/expanders.ts';
import { type Answer, firstWord } from '../shell/framed-answer.ts';
import type { HostQuestion } from '../shell/host-script.ts';
import { parseListener } from '../shell/listeners.ts';
import { parseProperties } from '../shell/systemd.ts';
import { parseTimeSpan } from '../shell/time-span.ts';
import { readClock, readManagers, readUpdates } from './host-care.ts';

type Named = Pick<AccessFacts, 'path' | 'named' | 'need'>;

/** What is asked about a host, and what its answer is about. */
export interface HostAsking {
  readonly script: HostQuestion;
  readonly needed: readonly Named[];
}

/** Files that say who may log in, and as what (conf/defaults.ini; pkg/services/ldap, pkg/services/auth/jwt). */
const loginFiles = [
  { section: 'auth.ldap', keys: ['config_file'] },
  { section: 'auth.saml', keys: ['certificate_path', 'private_key_path', 'idp_metadata_path'] },
  { section: 'auth.jwt', keys: ['jwk_set_file', 'key_file'] },
];

/** Makes the question to a host out of what its Grafana reads. */
export function askHost(node: Node, facts: NodeFacts, gossipPort: number | undefined): HostAsking {
  const { configPath, container, service, systemd } = facts;
  const own = container === undefined;
  const reading = readingOf(facts);
  const needed = own ? neededPaths(facts, reading) : [];
  const onHost = container?.hostConfigPath ?? configPath;
  const folder = (key: 'data' | 'logs' | 'provisioning'): string => (own && reading.ok ? reading.folder(key) : '');
  const places: HostQuestion['places'] = [
    { what: 'config', path: onHost.replace(/\/[^/]*$/, '') || '/' }, { what: 'data', path: folder('data') }, { what: 'logs', path: folder('logs') }, { what: 'state', path: node.grafana.statePath },
  ];
  const httpPort = reading.value('server', 'protocol') === 'socket' ? undefined : Number(reading.value('server', 'http_port'));
  return {
    needed,
    script: {
      unit: own && systemd && service.known ? service.unit : '',
      user: service.user,
      paths: needed.map(({ path }) => path),
      configPath: onHost,
      places: places.filter(({ path }) => path !== ''),
      ...(service.pid === undefined ? {} : { pid: service.pid }),
      program: `${homeOf(facts)}/bin/grafana`,
      ports: own ? [httpPort ?? 0, gossipPort ?? 0].filter((port) => port > 0 && port < 65_536) : [],
      provisioning: folder('provisioning'),
      alike: own ? alikeFiles(reading).map(({ section, key, path }) => ({ name: `${section}.${key}`, path })) : [],
    },
  };
}

/** The settings of a Grafana, with paths made absolute; where it cannot read its config, `ok` is false and every value empty. */
interface Reading {
  readonly ok: boolean;
  value(section: string, key: string): string;
  path(section: string, key: string): string;
  folder(key: 'data' | 'logs' | 'provisioning'): string;
}

function readingOf(facts: NodeFacts): Reading {
  const effective = effectiveOf(facts);
  const value = (section: string, key: string): string => (effective.ok ? effective.config.get(section, key)?.value ?? '' : '');
  const absolute = (path: string): string => (path === '' || path.startsWith('/') ? path : `${homeOf(facts)}/${path}`);
  return {
    ok: effective.ok, value,
    path: (section, key) => absolute(value(section, key)),
    folder: (key) => absolute(value('paths', key) || { data: 'data', logs: 'data/log', provisioning: 'conf/provisioning' }[key]),
  };
}

function homeOf({ grafana }: NodeFacts): string {
  return grafana?.homePath ?? '/usr/share/grafana';
}

function neededPaths(facts: NodeFacts, { ok, value, path, folder }: Reading): readonly Named[] {
  const texts = [facts.config?.text ?? '', ...facts.environment.map((entry) => entry.value.reveal())];
  const secrets = new Set(texts.flatMap(findExpanders).filter(({ provider }) => provider === '__file').map(({ argument }) => argument));
  const isTls = /^(https|h2)$/.test(value('server', 'protocol'));
  const named = (section: string, ...keys: readonly string[]) => keys.map((key) => ({ path: path(section, key), named: `[${section}] ${key}`, need: 'read' as const }));
  return [
    ...(facts.config === undefined ? [] : [{ path: facts.configPath, named: 'the start of Grafana', need: 'read' as const }]),
    ...[...secrets].map((argument) => ({ path: argument.startsWith('/') ? argument : `${homeOf(facts)}/${argument}`, named: '$__file{}', need: 'read' as const })),
    ...named('database', 'ca_cert_path', 'client_key_path', 'client_cert_path'),
    ...(isTls ? named('server', 'cert_file', 'cert_key') : []),
    ...named('enterprise', 'license_path'),
    ...alikeFiles({ value, path }).map((file) => ({ path: file.path, named: `[${file.section}] ${file.key}`, need: 'read' as const })),
    ...(ok ? [{ path: folder('data'), named: '[paths] data', need: 'write' as const }] : []),
    ...(ok && /\bfile\b/.test(value('log', 'mode')) ? [{ path: folder('logs'), named: '[paths] logs', need: 'write' as const }] : []),
  ].filter((one) => one.path !== '');
}

/** Those that some login of this Grafana goes by. */
function alikeFiles({ value, path }: Pick<Reading, 'value' | 'path'>): readonly { readonly section: string; readonly key: string; readonly path: string }[] {
  return loginFiles
    .filter(({ section }) => /^(1|t|true|y|yes|on)$/i.test(value(section, 'enabled')))
    .flatMap(({ section, keys }) => keys.map((key) => ({ section, key, path: path(section, key) })))
    .filter((file) => file.path !== '');
}

/** Reads the answer to `hostScript`. */
export function readHost(answer: Answer, { needed, script }: HostAsking): HostFacts {
  const word = (name: string): string => answer.text(name)?.trim() ?? '';
  const lines = (name: string): readonly string[] => (answer.text(name) ?? '').split('\n');
  const [machineId, program] = [word('machine-id'), word('program')];
  const properties = parseProperties(answer.text('limits') ?? '');
  const property = (name: string): string => properties.get(name)?.[0] ?? '';
  const [realPaths, fileSystems, spaces] = [lines('real'), lines('file-system'), lines('space')];
  const provisioning = readProvisioning(answer);
  return {
    ...(machineId === '' ? {} : { machineId }),
    ...(properties.size === 0 ? {} : { unit: readUnit(property) }),
    access: readAccess(answer, needed, script.user),
    places: script.places.flatMap((place, index) => readPlace(place, { realPath: realPaths[index] ?? '', fileSystem: fileSystems[index] ?? '', space: spaces[index] ?? '' })),
    ...(program === '' ? {} : { program }),
    listeners: [...answer.under('listener')].flatMap(([socket, owner]): readonly ListenerFacts[] => {
      const listener = parseListener(socket, owner);
      return listener === undefined ? [] : [listener];
    }),
    lowPorts: {
      first: Number(word('first-port') || '1024'),
      ambient: property('AmbientCapabilities').toLowerCase().split(' ').filter(Boolean),
      bounding: property('CapabilityBoundingSet').toLowerCase().split(' ').filter(Boolean),
      // NoNewPrivileges takes the capabilities of files away.
      onProgram: property('NoNewPrivileges') !== 'yes' && /cap_net_bind_service/.test(word('capabilities')),
    },
    clock: readClock(answer),
    updates: readUpdates(answer),
    managers: readManagers(answer),
    ...(provisioning === undefined ? {} : { provisioning: { folder: script.provisioning, hashes: provisioning } }),
    namedFiles: new Map(script.alike.map(({ name, path }) => {
      const sha256 = firstWord(answer.text(`alike ${name}`)) ?? '';
      return [name, { path, ...(sha256 === '' ? {} : { sha256 }) }];
    })),
  };
}

/** Whatever can keep files away from a unit, unless it is at its default. */
const walls = ['ProtectHome', 'ProtectSystem', 'PrivateTmp', 'PrivateUsers', 'InaccessiblePaths', 'ReadOnlyPaths', 'TemporaryFileSystem', 'BindPaths', 'BindReadOnlyPaths', 'RootDirectory', 'RootImage'];

function readUnit(word: (name: string) => string): UnitFacts {
  const limited = (name: string): number | undefined => (/^\d+$/.test(word(name)) ? Number(word(name)) : undefined);
  const optional = <Name extends string>(name: Name, value: number | undefined): Partial<Record<Name, number>> => (value === undefined ? {} : { [name]: value } as Record<Name, number>);
  const interval = parseTimeSpan(word('StartLimitIntervalUSec'));
  const burst = limited('StartLimitBurst');
  return {
    type: word('Type'), restart: word('Restart'), subState: word('SubState'), result: word('Result'), restarts: Number(word('NRestarts')),
    ...optional('startTimeout', parseTimeSpan(word('TimeoutStartUSec'))),
    ...(interval === undefined || interval === 0 || burst === undefined || burst === 0 ? {} : { startBurst: burst, startInterval: interval }),
    ...optional('memoryMax', limited('MemoryMax')),
    ...optional('openFiles', limited('LimitNOFILE')),
    sandbox: walls.flatMap((name) => (/^(|no)$/.test(word(name)) ? [] : [`${name}=${word(name)}`])),
  };
}

function readAccess(answer: Answer, needed: readonly Named[], user: string): readonly AccessFacts[] {
  const seen = (by: string) => new Map((answer.text(`access-${by}`) ?? '').split('\n').flatMap((line) => {
    const [index = '', letters = ''] = line.split(' ');
    return index === '' ? [] : [[Number(index), { exists: letters.includes('e'), read: letters.includes('r'), write: letters.includes('w') }] as const];
  }));
  const [root, plain, unit, strangers] = [seen('root'), seen(user === 'root' ? 'root' : 'plain'), seen('unit'), seen('others')];
  return needed.flatMap((one, index): readonly AccessFacts[] => {
    if (root.get(index)?.exists !== true) return [];
    const [asUser, inUnit, others, label] = [plain.get(index), unit.get(index), strangers.get(index), answer.text(`label ${one.path}`)?.trim()];
    return [{
      ...one,
      ...(asUser === undefined ? {} : { plain: asUser }), ...(inUnit === undefined ? {} : { inUnit }), ...(others === undefined ? {} : { others }),
      ...(label === undefined || label === '' || / verified\.?$/.test(label) ? {} : { wrongLabel: label }),
    }];
  });
}

/** `file-system` is its type, its inodes and the free ones; 0 of 0 where they are not counted. `space` is a line of `df -Pk`. */
function readPlace(place: HostQuestion['places'][number], said: { readonly realPath: string; readonly fileSystem: string; readonly space: string }): readonly PlaceFacts[] {
  const space = /^(.*?)\s+(\d+|-)\s+(\d+|-)\s+(-?\d+|-)\s+(\d+%|-)\s+(\/.*)$/.exec(said.space);
  const [fileSystem = '', inodes, freeInodes] = said.fileSystem.split(' ');
  return said.realPath === '' ? [] : [{
    ...place, realPath: said.realPath, fileSystem,
    source: space?.[1] ?? '', mountedAt: space?.[6] ?? '',
    ...(space?.[4] === undefined || space[4] === '-' ? {} : { freeBytes: Number(space[4]) * 1024 }),
    ...(Number(inodes ?? 0) > 0 ? { freeInodes: Number(freeInodes) } : {}),
  }];
}

/** What only says which version of the format it is provisions nothing. */
const nothing = ['', 'apiVersion: 1\n', 'apiVersion: 2\n'].map((text) => createHash('sha256').update(text).digest('hex'));

function readProvisioning(answer: Answer): ReadonlyMap<string, string> | undefined {
  const inside = answer.text('provisioning');
  if (inside === undefined) return undefined;
  const hashes = (text: string) => [...text.matchAll(/^([0-9a-f]{64}) [ *](.*)$/gm)].map(([, hash = '', path = '']) => [path.replace(/^\.\//, ''), hash] as const);
  return new Map([...hashes(inside), ...[...answer.under('provisioned').values()].flatMap(hashes)].filter(([, hash]) => !nothing.includes(hash)));
}
