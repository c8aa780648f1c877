import { describe, expect, it } from 'vitest';
import { hostChecks } from '../../src/checks/host.ts';
import { configManagers } from '../../src/checks/host-config-manager.ts';
import { nodeChecks } from '../../src/checks/node.ts';
import { runChecks } from '../../src/checks/run-checks.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import type { Facts, NodeFacts } from '../../src/facts.ts';
import type { AccessFacts, HostFacts, ListenerFacts, PlaceFacts, UnitFacts } from '../../src/facts/host.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleNode, sampleNodeFacts, samplePath } from '../sample.ts';

const unit: UnitFacts = { type: 'simple', restart: 'on-failure', subState: 'running', result: 'success', restarts: 0, startTimeout: 90, startBurst: 5, startInterval: 10, openFiles: 10_000, sandbox: ['ProtectHome=yes', 'PrivateTmp=yes'] };
const hash = (letter: string): string => letter.repeat(64);
const yes = { exists: true, read: true, write: true };
const no = { exists: false, read: false, write: false };
const readOnly = { exists: true, read: true, write: false };
const place = (change: Partial<PlaceFacts> = {}): PlaceFacts => ({ what: 'data', path: '/var/lib/grafana', realPath: '/var/lib/grafana', fileSystem: 'ext2/ext3', source: '/dev/sda1', mountedAt: '/', freeBytes: 2 ** 32, freeInodes: 2 ** 20, ...change });
const config = (change: Partial<AccessFacts> = {}): AccessFacts => ({ path: '/etc/grafana/grafana.ini', named: 'the start of Grafana', need: 'read', plain: readOnly, inUnit: readOnly, ...change });
const listener = (change: Partial<ListenerFacts> = {}): ListenerFacts => ({ protocol: 'tcp', address: '0.0.0.0', port: 9094, pid: 99, parent: 1, program: 'alertmanager', ofUnit: false, ...change });

/** A host with a Grafana that nothing on it can break. */
function host(change: Partial<HostFacts> = {}): HostFacts {
  return {
    unit, access: [config(), config({ path: '/var/lib/grafana', named: '[paths] data', need: 'write', plain: yes, inUnit: yes })], places: [place(), place({ what: 'config', path: '/etc/grafana' })],
    program: '/usr/share/grafana/bin/grafana', listeners: [listener({ port: 3000, pid: 7, program: 'grafana' }), listener({ ofUnit: true })],
    lowPorts: { first: 1024, ambient: [], bounding: [], onProgram: false }, clock: { synchronised: true, services: ['chrony.service'] },
    updates: { package: 'grafana', held: false, automatic: [], restarting: false }, managers: [], provisioning: { folder: '/etc/grafana/provisioning', hashes: new Map([['datasources/a.yaml', hash('a')]]) }, namedFiles: new Map(),
    ...change,
  };
}

interface Change {
  readonly host?: Partial<HostFacts>;
  readonly node?: Partial<NodeFacts>;
}

function facts(...changes: readonly Change[]): Facts {
  const nodes = ['graf-a', 'graf-b'].map((name, index) => {
    const own = `10.0.0.${index + 11}`;
    const { host: changed, node } = changes[index] ?? {};
    return sampleEntry(name, { node: { ok: true, facts: sampleNodeFacts({
      hostName: name, sourceAddresses: new Map([[index === 0 ? 'graf-b' : 'graf-a', own]]), addresses: [own], host: host({ machineId: hash(String(index)), ...changed }), ...node,
    }) } });
  });
  return { nodes, local: { databasePassword: { ok: false, missing: '', hint: '' } }, at: new Date('2027-01-04T10:00:00Z') };
}

/** Findings as `outcome check@node code`. */
function findings(all: Facts, cluster: Cluster = sampleCluster(), checks = hostChecks): readonly string[] {
  return runChecks(checks, all, cluster, { today: '2027-01-04', fingerprint: () => '' }).flatMap(({ check, node, judgement }) => ('code' in judgement ? [`${judgement.outcome} ${check}@${node} ${judgement.code}`] : []));
}

const written = (text: string): Partial<NodeFacts> => ({ config: sampleConfig(text) });
const lowPort = written('[server]\nhttp_port = 443\n');
const ldap = (letter: string): HostFacts['namedFiles'] => new Map([['auth.ldap.config_file', { path: '/etc/ldap.toml', sha256: hash(letter) }]]);
const nas = { fileSystem: 'nfs', source: 'nas:/export', mountedAt: '/mnt', realPath: '/mnt/grafana' };
const grown = samplePath({ server: { ...samplePath().server!, schema: { kind: 'grafana', users: 9, dashboards: 400, encryptedRows: 1 } } });

describe('the checks of a host', () => {
  it('find nothing wrong with two sound ones, and nothing at all where nobody asked', () => {
    expect(findings(facts())).toEqual([]);
    const unasked = facts();
    expect(runChecks(hostChecks, { ...unasked, nodes: unasked.nodes.map((entry) => ({ ...entry, node: { ok: true, facts: sampleNodeFacts() } })) }, sampleCluster(), { today: '2027-01-04', fingerprint: () => '' }).filter(({ group }) => group === 'host')).toEqual([]);
  });

  it.each<[string, Change, readonly string[]]>([
    ['no restart', { host: { unit: { ...unit, restart: 'no' } } }, ['warned host.restart@graf-a no-restart']],
    ['one start and never again', { host: { unit: { ...unit, startBurst: 1, startInterval: 86_400 } } }, ['warned host.restart@graf-a start-limit']],
    ['no unit', { host: { unit: undefined } }, []],
    ['a restart under way', { host: { unit: { ...unit, subState: 'auto-restart' } } }, ['warned host.loop@graf-a restarting']],
    ['a restart while we looked', { host: { unit: { ...unit, restarts: 4 } }, node: { service: { ...sampleNodeFacts().service, restarts: 3 } } }, ['warned host.loop@graf-a restarting']],
    ['restarts of last week', { host: { unit: { ...unit, restarts: 4 } }, node: { service: { ...sampleNodeFacts().service, restarts: 4 } } }, []],
    ['a unit that was given up', { host: { unit: { ...unit, subState: 'failed', result: 'start-limit-hit' } } }, ['warned host.loop@graf-a gave-up']],
    ['a unit that waits for a word, as the RPM has it', { host: { unit: { ...unit, type: 'notify' } } }, []],
    ['one that does not wait long', { host: { unit: { ...unit, type: 'notify', startTimeout: 20 } } }, ['warned host.start-time@graf-a too-short']],
    ['hardly any memory', { host: { unit: { ...unit, memoryMax: 2 ** 27 } } }, ['warned host.limits@graf-a too-low']],
    ['enough memory', { host: { unit: { ...unit, memoryMax: 2 ** 30 } } }, []],
    ['a config of root alone', { host: { access: [config({ plain: { ...no, exists: true }, inUnit: { ...no, exists: true } })] } }, ['failed host.access@graf-a unreadable']],
    ['a config that the unit hides', { host: { access: [config({ inUnit: no })] } }, ['failed host.access@graf-a hidden']],
    ['data that the unit protects', { host: { access: [config({ need: 'write', plain: yes })] } }, ['failed host.access@graf-a protected']],
    ['data of somebody else', { host: { access: [config({ need: 'write', inUnit: undefined })] } }, ['failed host.access@graf-a unwritable']],
    ['a config that the unit alone shows', { host: { access: [config({ plain: no })] } }, []],
    ['a secret file that everybody reads', { host: { access: [config({ named: '$__file{}', path: '/etc/grafana/secrets/x', others: readOnly })] } }, ['warned host.private@graf-a readable']],
    ['a password in a config that everybody reads', { host: { access: [config({ others: readOnly })] }, node: written('[smtp]\npassword = x\n') }, ['warned host.private@graf-a readable']],
    ['a config that everybody reads, without a secret', { host: { access: [config({ others: readOnly })] }, node: written('[smtp]\npassword = $__file{/x}\n[auth]\ndisable_login_form = true\n') }, []],
    ['a label of another place', { host: { access: [config({ wrongLabel: '/etc/grafana/grafana.ini has context user_home_t, should be etc_t' })] } }, ['warned host.label@graf-a wrong-label']],
    ['a disk that is nearly full', { host: { places: [place({ freeBytes: 50 * 2 ** 20 })] } }, ['warned host.disk@graf-a nearly-full']],
    ['a disk without inodes', { host: { places: [place({ freeInodes: 0 })] } }, ['failed host.disk@graf-a full']],
    ['a disk that counts no inodes', { host: { places: [place({ freeInodes: undefined })] } }, []],
    ['data on NFS', { host: { places: [place(nas)] } }, ['warned host.data@graf-a on-network']],
    ['an Alertmanager on the gossip port', { host: { listeners: [listener()] } }, ['failed host.ports@graf-a taken']],
    ['something on the gossip port over UDP alone', { host: { listeners: [listener({ protocol: 'udp' })] } }, ['failed host.ports@graf-a taken']],
    ['something on the http port over UDP', { host: { listeners: [listener({ protocol: 'udp', port: 3000 })] } }, []],
    ['something on the http port of another address', { host: { listeners: [listener({ address: '10.0.0.99', port: 3000 })] }, node: written('[server]\nhttp_addr = 10.0.0.11\n') }, []],
    ['a second Grafana on the gossip port of another address', { host: { listeners: [listener({ address: '127.0.1.2' })] } }, []],
    ['a wrapper around Grafana on the http port', { host: { listeners: [listener({ port: 3000, parent: 7 })] } }, []],
    ['a Grafana that no unit starts', { host: { listeners: [listener({ port: 3000, program: 'grafana' })] }, node: { service: { ...sampleNodeFacts().service, pid: undefined } } }, []],
    ['a Grafana by hand, while the service is down', { host: { listeners: [listener({ port: 3000, program: 'grafana' })] }, node: { service: { ...sampleNodeFacts().service, pid: undefined, active: false } } }, ['failed host.ports@graf-a taken']],
    ['a port for root alone', { node: lowPort }, ['failed host.low-port@graf-a no-capability']],
    ['a port that the unit hands over', { node: lowPort, host: { lowPorts: { first: 1024, ambient: ['cap_net_bind_service'], bounding: ['cap_net_bind_service'], onProgram: false } } }, []],
    ['a port that the unit hands over and takes back', { node: lowPort, host: { lowPorts: { first: 1024, ambient: ['cap_net_bind_service'], bounding: [], onProgram: false } } }, ['failed host.low-port@graf-a no-capability']],
    ['low ports for everybody', { node: lowPort, host: { lowPorts: { first: 80, ambient: [], bounding: [], onProgram: false } } }, []],
    ['a low port that it has already', { node: lowPort, host: { listeners: [listener({ port: 443, pid: 7 })] } }, []],
    ['a program that was replaced', { host: { program: '/usr/share/grafana/bin/grafana (deleted)' } }, ['warned host.upgraded@graf-a not-restarted']],
    ['upgrades by night', { host: { updates: { package: 'grafana', held: false, automatic: ['dnf-automatic.timer'], restarting: false } } }, ['warned host.updates@graf-a automatic']],
    ['a package that is held', { host: { updates: { package: 'grafana', held: true, automatic: ['dnf-automatic.timer'], restarting: false } } }, []],
    ['restarts by night', { host: { updates: { package: 'grafana', held: true, automatic: [], restarting: true } } }, ['warned host.updates@graf-a needrestart']],
    ['a clock that nobody sets', { host: { clock: { synchronised: false, services: [] } } }, ['warned host.time@graf-a nobody']],
    ['a time service that reaches nobody', { host: { clock: { synchronised: false, services: ['chrony.service'] } } }, ['warned host.time@graf-a not-synchronised']],
    ["a container's clock", { host: { clock: { services: [] } } }, []],
    ['a Salt minion', { host: { managers: [{ name: 'Salt', by: 'salt-minion.service' }] } }, ['failed node.config-manager@graf-a config-manager']],
    ['a Puppet that has the config', { host: { managers: [{ name: 'Puppet', by: 'puppet.service', knowsConfig: true }] } }, ['failed node.config-manager@graf-a config-manager']],
    ['a Puppet that has not', { host: { managers: [{ name: 'Puppet', by: 'puppet.service', knowsConfig: false }] } }, []],
    ['a named file that is not there', { host: { namedFiles: new Map([['auth.ldap.config_file', { path: '/etc/ldap.toml' }]]) } }, ['warned host.files@graf-a differ']],
  ])('judge %s', (_, change, expected) => {
    expect(findings(facts(change))).toEqual(expected);
  });

  it.each<[string, Change, Change, readonly string[]]>([
    ['one machine-id on two hosts', { host: { machineId: 'm' } }, { host: { machineId: 'm' } }, ['warned host.identity@graf-a machine-id', 'warned host.identity@graf-b machine-id']],
    ['one name on two hosts', { node: { hostName: 'graf' } }, { node: { hostName: 'graf' } }, ['warned host.identity@graf-a host-name', 'warned host.identity@graf-b host-name']],
    ['one host under two names', { host: { machineId: 'm' }, node: { hostName: 'graf' } }, { host: { machineId: 'm' }, node: { hostName: 'graf' } }, ['failed host.identity@graf-a same-host', 'failed host.identity@graf-b same-host']],
    ['a try-out on one machine', { host: { machineId: 'm' }, node: { hostName: 'graf', sourceAddresses: new Map([['graf-b', '127.0.1.1']]) } }, { host: { machineId: 'm' }, node: { hostName: 'graf', sourceAddresses: new Map([['graf-a', '127.0.1.2']]) } }, []],
    ['no machine-id at all', { host: { machineId: undefined } }, { host: { machineId: undefined } }, []],
    ['one data folder on a NAS', { host: { places: [place(nas)] } }, { host: { places: [place({ ...nas, mountedAt: '/nas', realPath: '/nas/grafana' })] } }, ['failed host.data@graf-a shared', 'failed host.data@graf-b shared']],
    ['two folders of a NAS', { host: { places: [place(nas)] } }, { host: { places: [place({ ...nas, realPath: '/mnt/other' })] } }, ['warned host.data@graf-a on-network', 'warned host.data@graf-b on-network']],
    ['a data source that differs', {}, { host: { provisioning: { folder: '/p', hashes: new Map([['datasources/a.yaml', hash('b')]]) } } }, ['failed host.provisioning@graf-b differ']],
    ['no provisioning on the second node', {}, { host: { provisioning: undefined } }, ['failed host.provisioning@graf-b differ']],
    ['no provisioning anywhere', { host: { provisioning: undefined } }, { host: { provisioning: { folder: '/p', hashes: new Map() } } }, []],
    ['a container, whose files are its own', {}, { host: { provisioning: undefined }, node: { container: { engine: 'docker', name: 'grafana', image: 'grafana', configPath: '/etc/grafana/grafana.ini' } } }, []],
    ['two files for LDAP', { host: { namedFiles: ldap('a') } }, { host: { namedFiles: ldap('b') } }, ['warned host.files@graf-a differ', 'warned host.files@graf-b differ']],
    ['LDAP on one node alone', { host: { namedFiles: ldap('a') } }, {}, []],
    ['another name for the cookie', {}, { node: written('[auth]\nlogin_cookie_name = other\n') }, ['failed config.alike@graf-b breaks-logins']],
    ['another life for sessions', {}, { node: written('[auth]\nlogin_maximum_lifetime_duration = 1d\n') }, ['warned config.alike@graf-b differ']],
    ['the same yes in other words', { node: written('[security]\ncookie_secure = true\n') }, { node: written('[security]\ncookie_secure = on\n') }, []],
    ['alerts that one node alone sends', { node: written('[unified_alerting]\nexecute_alerts = false\n') }, { node: written('[unified_alerting]\nexecute_alerts = true\n') }, ['warned config.alike@graf-b differ']],
  ])('hold the nodes against each other: %s', (_, a, b, expected) => {
    expect(findings(facts(a, b))).toEqual(expected);
  });

  it('think a start too short for a database that has grown, where the unit waits for a word', () => {
    const all = facts({ host: { unit: { ...unit, type: 'notify' } } });
    const over = { ...all, nodes: all.nodes.map((entry) => ({ ...entry, database: { ok: true as const, facts: grown } })) };
    expect(findings(over)).toEqual(['warned host.start-time@graf-a too-short']);
    expect(findings(over, sampleCluster({ pushing: { ...sampleCluster().pushing, waitSeconds: 60 } }))).toEqual([]);
  });

  it('leave the gossip port alone where nobody gossips', () => {
    const taken = facts({ host: { listeners: [listener()] } });
    expect(findings(taken, sampleCluster({ alerting: { ...sampleCluster().alerting, mode: 'off', reason: 'none' } }))).toEqual([]);
    expect(findings(taken, sampleCluster({ nodes: sampleCluster().nodes.map((node) => ({ ...node, gossipAddress: { host: '10.0.0.11', port: 9999 } })) }))).toEqual([]);
  });

  it.each<[string, readonly number[], readonly string[]]>([
    ['three, one of them ahead', [0, 1, 90], ['graf-c']],
    ['all ahead of us alike', [60, 61, 60], []],
    ['two that differ, one of which agrees with us', [0, 60], ['graf-b']],
    ['two that agree while we are wrong', [60, 60], []],
    ['one alone', [-30], ['graf-a']],
  ])('hold clocks against the middle of all: %s', (_, clocks, expected) => {
    const names = ['graf-a', 'graf-b', 'graf-c'].slice(0, clocks.length);
    const cluster = sampleCluster({ nodes: names.map((name, index) => sampleNode(name, `10.0.0.${index + 1}`)) });
    const all = { ...facts(), nodes: names.map((name, index) => sampleEntry(name, { node: { ok: true, facts: sampleNodeFacts({ clockAheadSeconds: clocks[index]! }) } })) };
    expect(findings(all, cluster, nodeChecks)).toEqual(expected.map((name) => `warned node.clock@${name} off`));
  });
});

describe('a config that says whose it is', () => {
  it.each([
    '# Ansible managed', '; Ansible managed: /etc/x.j2 modified on 2026-01-01', '# This file is managed by Puppet. DO NOT EDIT.', '# Generated by Chef for graf-a', '## File managed by SaltStack', '# puppet-managed', '# This file is maintained by CFEngine',
  ])('%s', (line) => {
    expect(configManagers({ config: sampleConfig(`[server]\n${line}\n`) })).toMatchObject([{ found: expect.stringContaining('/etc/grafana/grafana.ini:2 says') as string }]);
  });

  it.each(['# Grafana, managed by the platform team', '; instance_name = puppet', '# sessions are managed by Grafana', 'app_title = Ansible managed', '# sent by ansible tower alerts'])('or does not: %s', (line) => {
    expect(configManagers({ config: sampleConfig(`${line}\n`) })).toEqual([]);
  });
});
