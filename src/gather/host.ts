import { createHash } from 'node:crypto';
import type { Node } from '../cluster/cluster.ts';
import type { Gathered, NodeFacts } from '../facts.ts';
import type { AccessFacts, HostFacts, ListenerFacts, PlaceFacts, UnitFacts } from '../facts/host.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { findExpanders } from '../grafana/expanders.ts';
import { type Answer, parseAnswer } from '../shell/framed-answer.ts';
import { type HostQuestion, hostScript } from '../shell/host-script.ts';
import { parseListener } from '../shell/listeners.ts';
import { parseProperties } from '../shell/systemd.ts';
import { parseTimeSpan } from '../shell/time-span.ts';
import type { NodeConnection } from '../world.ts';
import { readClock, readManagers, readUpdates } from './host-care.ts';

type Named = Pick<AccessFacts, 'path' | 'named' | 'need'>;

/** What is asked about a host, and what its answer is about. */
export interface HostAsking {
  readonly script: HostQuestion;
  readonly needed: readonly Named[];
}

/** Files that say who may log in, and as what (conf/defaults.ini; pkg/services/ldap, pkg/services/auth/jwt). */
const alikeFiles = [
  { section: 'auth.ldap', keys: ['config_file'] },
  { section: 'auth.saml', keys: ['certificate_path', 'private_key_path', 'idp_metadata_path'] },
  { section: 'auth.jwt', keys: ['jwk_set_file', 'key_file'] },
];

/** Adds what its host may do to a node that was looked at, in one question; `gossipPort` where Grafana gossips. */
export async function gatherHost(node: Node, gathered: Gathered<NodeFacts>, gossipPort: number | undefined, connection: Pick<NodeConnection, 'run'>): Promise<Gathered<NodeFacts>> {
  if (!gathered.ok) return gathered;
  const { facts } = gathered;
  const asking = askHost(node, facts, gossipPort);
  try {
    return { ok: true, facts: { ...facts, host: readHost(parseAnswer((await connection.run(hostScript(asking.script), { repeatable: true })).stdout), asking) } };
  } catch (error) {
    return { ok: false, missing: `${node.name} stopped answering: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Makes the question to a host out of what its Grafana reads. */
export function askHost(node: Node, facts: NodeFacts, gossipPort: number | undefined): HostAsking {
  const { config, configPath, container, service, systemd } = facts;
  const homePath = facts.grafana?.homePath ?? '/usr/share/grafana';
  const effective = effectiveOf(facts);
  const value = (section: string, key: string): string => (effective.ok ? effective.config.get(section, key)?.value ?? '' : '');
  const isYes = (section: string, key: string): boolean => /^(1|t|true|y|yes|on)$/i.test(value(section, key));
  const home = (path: string): string => (path.startsWith('/') ? path : `${homePath}/${path}`);
  const folder = (key: string): string => home(value('paths', key) || { data: 'data', logs: 'data/log', provisioning: 'conf/provisioning' }[key] || key);

  const secrets = [config?.text ?? '', ...facts.environment.map(({ value: text }) => text.reveal())].flatMap(findExpanders).filter(({ provider }) => provider === '__file');
  const read = (path: string, named: string): readonly Named[] => (path === '' ? [] : [{ path: home(path), named, need: 'read' }]);
  const alike = alikeFiles.flatMap(({ section, keys }) => (isYes(section, 'enabled') ? keys.map((key) => ({ section, key, path: value(section, key) })).filter(({ path }) => path !== '') : []));
  const isTls = /^(https|h2)$/.test(value('server', 'protocol'));
  const needed: readonly Named[] = container !== undefined ? [] : [
    ...read(config === undefined ? '' : configPath, 'the start of Grafana'),
    ...[...new Set(secrets.map(({ argument }) => argument))].flatMap((path) => read(path, '$__file{}')),
    ...['ca_cert_path', 'client_key_path', 'client_cert_path'].flatMap((key) => read(value('database', key), `[database] ${key}`)),
    ...(isTls ? ['cert_file', 'cert_key'].flatMap((key) => read(value('server', key), `[server] ${key}`)) : []),
    ...read(value('enterprise', 'license_path'), '[enterprise] license_path'),
    ...alike.flatMap(({ section, key, path }) => read(path, `[${section}] ${key}`)),
    ...(effective.ok ? [{ path: folder('data'), named: '[paths] data', need: 'write' } as const] : []),
    ...(effective.ok && /\bfile\b/.test(value('log', 'mode')) ? [{ path: folder('logs'), named: '[paths] logs', need: 'write' } as const] : []),
  ];
  const own = container === undefined;
  const httpPort = /^(socket)$/.test(value('server', 'protocol')) ? undefined : Number(value('server', 'http_port'));
  return {
    needed,
    script: {
      unit: own && systemd && service.known ? service.unit : '',
      user: service.user,
      paths: needed.map(({ path }) => path),
      configPath: container?.hostConfigPath ?? configPath,
      places: [
        { what: 'config', path: (container?.hostConfigPath ?? configPath).replace(/\/[^/]*$/, '') || '/' },
        ...(own && effective.ok ? [{ what: 'data', path: folder('data') }, { what: 'logs', path: folder('logs') }] : []),
        { what: 'state', path: node.grafana.statePath },
      ],
      ...(service.pid === undefined ? {} : { pid: service.pid }),
      program: `${homePath}/bin/grafana`,
      ports: own ? [httpPort, gossipPort].filter((port) => port !== undefined && port > 0 && port < 65536) as number[] : [],
      provisioning: own && effective.ok ? folder('provisioning') : '/nonexistent',
      alike: alike.map(({ section, key, path }) => ({ name: `${section}.${key}`, path: home(path) })),
    },
  };
}

/** Reads the answer to `hostScript`. */
export function readHost(answer: Answer, { needed, script }: HostAsking): HostFacts {
  const basics = parseProperties(answer.text('basics') ?? '');
  const basic = (name: string): string => basics.get(name)?.[0]?.trim() ?? '';
  const [machineId, program] = [basic('machine-id'), basic('program')];
  const properties = parseProperties(answer.text('limits') ?? '');
  const word = (name: string): string => properties.get(name)?.[0] ?? '';
  const provisioning = readProvisioning(answer);
  return {
    ...(machineId === '' ? {} : { machineId }),
    ...(properties.size === 0 ? {} : { unit: readUnit(word) }),
    access: readAccess(answer, needed),
    places: script.places.flatMap(({ what, path }) => readPlace(what, path, (name) => basic(`${name} ${what}`))),
    ...(program === '' ? {} : { program }),
    listeners: [...answer.under('listener')].flatMap(([socket, owner]): readonly ListenerFacts[] => {
      const listener = parseListener(socket, owner);
      return listener === undefined ? [] : [listener];
    }),
    lowPorts: {
      first: Number(basic('first-port') || '1024'),
      ambient: word('AmbientCapabilities').toLowerCase().split(' ').filter(Boolean),
      bounding: word('CapabilityBoundingSet').toLowerCase().split(' ').filter(Boolean),
      onProgram: /cap_net_bind_service/.test(basic('capabilities')),
    },
    clock: readClock(answer),
    updates: readUpdates(answer),
    managers: readManagers(answer),
    ...(provisioning === undefined ? {} : { provisioning: { folder: script.provisioning, hashes: provisioning } }),
    namedFiles: new Map(script.alike.map(({ name, path }) => {
      const sha256 = answer.text(`alike ${name}`)?.trim() ?? '';
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

function readAccess(answer: Answer, needed: readonly Named[]): readonly AccessFacts[] {
  const seen = (by: string) => new Map((answer.text(`access-${by}`) ?? '').split('\n').flatMap((line) => {
    const [index = '', letters = ''] = line.split(' ');
    return index === '' ? [] : [[Number(index), { exists: letters.includes('e'), read: letters.includes('r'), write: letters.includes('w') }] as const];
  }));
  const [root, plain, unit] = [seen('root'), seen('plain'), seen('unit')];
  return needed.flatMap((one, index): readonly AccessFacts[] => {
    if (root.get(index)?.exists !== true) return [];
    const [asUser, inUnit, label] = [plain.get(index), unit.get(index), answer.text(`label ${one.path}`)?.trim()];
    return [{
      ...one,
      ...(asUser === undefined ? {} : { plain: asUser }), ...(inUnit === undefined ? {} : { inUnit }),
      ...(label === undefined || label === '' || / verified\.?$/.test(label) ? {} : { wrongLabel: label }),
    }];
  });
}

/** The last three columns of `df -P` before the mount point; a file system without inode counts shows 0 of 0 or dashes. */
function readPlace(what: PlaceFacts['what'], path: string, basic: (name: string) => string): readonly PlaceFacts[] {
  const columns = (text: string) => /^(.*?)\s+(\d+|-)\s+(\d+|-)\s+(-?\d+|-)\s+(\d+%|-)\s+(\/.*)$/.exec(text);
  const [space, inodes, realPath] = [columns(basic('space')), columns(basic('inodes')), basic('real')];
  return realPath === '' ? [] : [{
    what, path, realPath,
    fileSystem: basic('file-system'),
    source: space?.[1] ?? '', mountedAt: space?.[6] ?? '',
    ...(space?.[4] === undefined || space[4] === '-' ? {} : { freeBytes: Number(space[4]) * 1024 }),
    ...(inodes === null || !(Number(inodes[2]) > 0) ? {} : { freeInodes: Number(inodes[4]) }),
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
