import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import type { NodeFacts } from '../../src/facts.ts';
import { askHost, readHost } from '../../src/gather/host.ts';
import { readClock, readManagers, readUpdates } from '../../src/gather/host-care.ts';
import { type Answer, parseAnswer } from '../../src/shell/framed-answer.ts';
import { askedUnits } from '../../src/shell/host-care-script.ts';
import { parseListener } from '../../src/shell/listeners.ts';
import { parseTimeSpan } from '../../src/shell/time-span.ts';
import { framed } from '../framed.ts';
import { sampleConfig, sampleNode, sampleNodeFacts } from '../sample.ts';

const answered = (values: Readonly<Record<string, string>>): Answer => parseAnswer(framed(values));

/** The states of all units that are asked for. */
function active(...units: readonly string[]): string {
  return askedUnits.map((unit) => (units.includes(unit) ? 'active\n' : 'inactive\n')).join('');
}

const node = sampleNode('graf-a', '10.0.0.11');
const asking = (text: string, change: Partial<NodeFacts> = {}, port?: number) => askHost(node, sampleNodeFacts({ config: sampleConfig(text), ...change }), port);

describe('what is asked about a host', () => {
  it('is what its Grafana reads and writes', () => {
    const { needed, script } = asking([
      '[paths]', 'data = /srv/grafana', 'provisioning = conf/ours', '[log]', 'mode = console file', '[server]', 'protocol = https', 'cert_file = /tls/a.pem', 'http_port = 8443',
      '[smtp]', 'password = $__file{/run/mail}', 'user = $__file{/run/mail}', '[database]', 'ca_cert_path = /etc/ca.pem', '[auth.ldap]', 'enabled = true', 'config_file = /etc/ldap.toml', '[auth.jwt]', 'key_file = /unused',
    ].join('\n'), { defaults: '[paths]\ndata = data\nlogs = data/log\nprovisioning = x\n', secretFiles: new Map([['/run/mail', new Secret('pw')]]) }, 9094);
    expect(needed.map(({ path, need }) => `${need} ${path}`)).toEqual([
      'read /etc/grafana/grafana.ini', 'read /run/mail', 'read /etc/ca.pem', 'read /tls/a.pem', 'read /etc/ldap.toml', 'write /srv/grafana', 'write /usr/share/grafana/data/log',
    ]);
    expect(script).toMatchObject({ unit: 'grafana-server', pid: 7, ports: [8443, 9094], provisioning: '/usr/share/grafana/conf/ours', alike: [{ name: 'auth.ldap.config_file', path: '/etc/ldap.toml' }] });
  });

  it('is no file and no port of a Grafana in a container, nor a port of one on a socket', () => {
    const container = { engine: 'docker', name: 'grafana', image: 'grafana', configPath: '/c.ini', hostConfigPath: '/srv/c.ini' };
    expect(asking('', { container }, 9094)).toMatchObject({ needed: [], script: { unit: '', ports: [], places: [{ what: 'config', path: '/srv' }, { what: 'state' }] } });
    expect(asking('[server]\nprotocol = socket\n').script.ports).toEqual([]);
  });
});

describe('what a host answers', () => {
  const read = (values: Readonly<Record<string, string>>) => readHost(answered(values), asking('[paths]\ndata = /srv/data\n'));

  it('is nothing where nothing is known', () => {
    expect(read({})).toEqual({
      access: [], places: [], listeners: [], lowPorts: { first: 1024, ambient: [], bounding: [], onProgram: false }, clock: { services: [] }, updates: { held: false, automatic: [], restarting: false }, managers: [], namedFiles: new Map(),
    });
  });

  it('holds the limits of the unit', () => {
    expect(read({ limits: 'Type=notify\nRestart=on-failure\nSubState=running\nResult=success\nNRestarts=3\nTimeoutStartUSec=1min 30s\nStartLimitBurst=5\nStartLimitIntervalUSec=10s\nMemoryMax=infinity\nLimitNOFILE=10000\nProtectHome=yes\nPrivateTmp=no\nCapabilityBoundingSet=cap_net_bind_service cap_chown\n' })).toMatchObject({
      unit: { type: 'notify', restarts: 3, startTimeout: 90, startBurst: 5, startInterval: 10, openFiles: 10_000, sandbox: ['ProtectHome=yes'] }, lowPorts: { bounding: ['cap_net_bind_service', 'cap_chown'] },
    });
    expect(read({ limits: 'Type=notify\nTimeoutStartUSec=infinity\nStartLimitIntervalUSec=0\nStartLimitBurst=5\n' }).unit).not.toHaveProperty('startBurst');
  });

  it('holds who may do what with the files that are there', () => {
    const { access } = read({ 'access-root': '0 erw\n1 \n', 'access-plain': '0 er\n1 \n', 'access-unit': '0 \n1 \n', 'label /etc/grafana/grafana.ini': '/etc/grafana/grafana.ini verified.' });
    expect(access).toEqual([{ path: '/etc/grafana/grafana.ini', named: 'the start of Grafana', need: 'read', plain: { exists: true, read: true, write: false }, inUnit: { exists: false, read: false, write: false } }]);
  });

  it('holds the disks, with inodes where they are counted', () => {
    // The first line is that of the config's folder.
    const data = (inodes: string) => ({ real: '\n/srv/data\n\n', 'file-system': `\nnfs ${inodes}\n\n`, space: '\nnas:/ex port 1000 900 100 90% /srv\n\n' });
    expect(read(data('50 0')).places).toEqual([{ what: 'data', path: '/srv/data', realPath: '/srv/data', fileSystem: 'nfs', source: 'nas:/ex port', mountedAt: '/srv', freeBytes: 102_400, freeInodes: 0 }]);
    expect(read(data('0 0')).places[0]).not.toHaveProperty('freeInodes');
  });

  it('passes over provisioning that says nothing', () => {
    const nothing = 'a28f6140cc1c7a8ea1b8d291f1b0e41dc102b9fc088820392994898632512c54';
    const something = 'b'.repeat(64);
    expect(read({ provisioning: `${nothing}  ./alerting/sample.yaml\n${something}  ./a.yaml\n`, 'provisioned /srv/b': `${something}  /srv/b/one.json` }).provisioning?.hashes).toEqual(new Map([['a.yaml', something], ['/srv/b/one.json', something]]));
  });
});

describe('who takes care of a host', () => {
  const apt = (...lines: readonly string[]): string => ['APT::Periodic::Unattended-Upgrade "1";', ...lines].join('\n');
  const dpkg = 'grafana install installed\n';
  const timer = active('apt-daily-upgrade.timer');

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['its repository by site', { dpkg, active: timer, apt: apt('Unattended-Upgrade::Origins-Pattern:: "site=apt.grafana.com";') }, ['unattended-upgrades (site=apt.grafana.com)']],
    ['everything', { dpkg, active: timer, apt: apt('Unattended-Upgrade::Origins-Pattern:: "origin=*";') }, ['unattended-upgrades (origin=*)']],
    ['the older way to write it', { dpkg, active: timer, apt: apt('Unattended-Upgrade::Allowed-Origins:: "grafana stable:stable";') }, ['unattended-upgrades (grafana stable:stable)']],
    ["Debian's security updates alone", { dpkg, active: timer, apt: apt('Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=bookworm,label=Debian-Security";') }, []],
    ['all but what is blacklisted', { dpkg, active: timer, apt: apt('Unattended-Upgrade::Origins-Pattern:: "origin=*";', 'Unattended-Upgrade::Package-Blacklist:: "grafana";') }, []],
    ['nothing, as it is switched off', { dpkg, active: timer, apt: 'APT::Periodic::Unattended-Upgrade "0";\nUnattended-Upgrade::Origins-Pattern:: "origin=*";' }, []],
    ['nothing, as its timer is stopped', { dpkg, active: active(), apt: apt('Unattended-Upgrade::Origins-Pattern:: "origin=*";') }, []],
    ['dnf-automatic that applies', { rpm: 'grafana\n', active: active('dnf-automatic.timer'), 'dnf-apply': 'apply_updates = yes\n' }, ['dnf-automatic.timer']],
    ['dnf-automatic that only tells', { rpm: 'grafana\n', active: active('dnf-automatic.timer'), 'dnf-apply': 'apply_updates = no\n' }, []],
    ['the timer that always installs', { rpm: 'grafana\n', active: active('dnf-automatic-install.timer') }, ['dnf-automatic-install.timer']],
  ])('upgrades %s', (_, values, automatic) => {
    expect(readUpdates(answered(values)).automatic).toEqual(automatic);
  });

  it('leaves a package alone that is held', () => {
    expect(readUpdates(answered({ dpkg: 'grafana-enterprise hold installed\n' }))).toMatchObject({ package: 'grafana-enterprise', held: true });
    expect(readUpdates(answered({ rpm: 'grafana\n', 'dnf-lock': 'grafana-0:12.2.0-1.*\n' }))).toMatchObject({ package: 'grafana', held: true });
    expect(readUpdates(answered({ dpkg: 'grafana deinstall config-files\n' }))).not.toHaveProperty('package');
  });

  it('restarts what needrestart is told to', () => {
    const told = (needrestart: string) => readUpdates(answered({ needrestart })).restarting;
    expect([told(`$nrconf{restart} = 'a';`), told(`$nrconf{restart} = 'i';`), told(`$nrconf{restart} = 'a';\n$nrconf{override_rc}{qr(^grafana)} = 0;`)]).toEqual([true, false, false]);
  });

  it.each<[string, Readonly<Record<string, string>>, readonly object[]]>([
    ['an active minion', { active: active('salt-minion.service') }, [{ name: 'Salt', by: 'salt-minion.service' }]],
    ['a cron job', { active: active(), 'runs /etc/cron.d/pull': '*/30 * * * * root ansible-pull -U https://git/x\n' }, [{ name: 'Ansible', by: '/etc/cron.d/pull' }]],
    ['a Puppet that has the config', { active: active('puppet.service'), 'puppet-knows': 'yes' }, [{ name: 'Puppet', by: 'puppet.service', knowsConfig: true }]],
    ['a Puppet that is disabled', { active: active('puppet.service'), 'puppet-disabled': 'yes' }, []],
    ['nobody', { active: active() }, []],
    ['a systemctl that says something else', { active: 'active\n' }, []],
  ])('writes configs: %s', (_, values, managers) => {
    expect(readManagers(answered(values))).toEqual(managers);
  });

  it('keeps the time', () => {
    expect(readClock(answered({ active: active('chrony.service'), synchronised: 'yes\n' }))).toEqual({ synchronised: true, services: ['chrony.service'] });
    expect(readClock(answered({ active: active() }))).toEqual({ services: [] });
  });
});

it.each([['90s', 90], ['1min 30s', 90], ['1h', 3600], ['500ms', 0.5], ['0', 0], ['infinity', undefined], ['', undefined]])('reads the time %j as systemctl shows it', (text, seconds) => {
  expect(parseTimeSpan(text)).toBe(seconds);
});

it.each([
  ['00000000:0BB8', '0.0.0.0', 3000], ['0100007F:2386', '127.0.0.1', 9094], ['00000000000000000000000000000000:0050', '::', 80],
  ['B80D0120000000000000000001000000:0050', '2001:db8::1', 80], ['0000000000000000FFFF00000B00000A:0050', '10.0.0.11', 80],
])('reads the listener %s of /proc/net', (local, address, port) => {
  expect(parseListener(`tcp ${local} 1`, '')).toEqual({ protocol: 'tcp', address, port, program: '', ofUnit: false });
});
