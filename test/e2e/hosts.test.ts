import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validate } from '../../src/commands/validate.ts';
import { makeWorld } from '../../src/context.ts';
import { ExitCode } from '../../src/errors.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { ask, packageRoot, pushTo, writeClusterFile } from './push-lab.ts';

const secrets = { database: 'p"w', admin: 'first admin' };
const config = '/etc/grafana/grafana.ini';
const only = 'host.*,node.*,config.*,live.*';
const dropIn = (name: string, ...lines: readonly string[]): string => `mkdir -p /etc/systemd/system/grafana-server.service.d
printf '%s\\n' '[Service]' ${lines.map((line) => `'${line}'`).join(' ')} > /etc/systemd/system/grafana-server.service.d/${name}.conf
systemctl daemon-reload`;

interface Fault {
  readonly title: string;
  /** Hosts count from 0. */
  readonly host: number;
  /** What is found fault with, where it is another host or all of them. */
  readonly on?: number | 'cluster';
  readonly script: string;
  readonly check: string;
  readonly outcome: 'failed' | 'warned';
  readonly code: string;
  readonly found: RegExp;
}

/** All of them at once, on three hosts whose Grafana is stopped: none hides another. */
const faults: readonly Fault[] = [
  { title: 'a Grafana that systemd leaves dead', host: 0, script: dropIn('restart', 'Restart=no'), check: 'host.restart', outcome: 'warned', code: 'no-restart', found: /Restart=no/ },
  { title: 'a unit with hardly any memory and files', host: 0, script: dropIn('limits', 'MemoryMax=64M', 'LimitNOFILE=100'), check: 'host.limits', outcome: 'warned', code: 'too-low', found: /MemoryMax=64M, LimitNOFILE=100/ },
  {
    title: 'a config below /home, which the unit hides', host: 0, script: `mkdir -p /home/grafana && cp -p ${config} /home/grafana/ && sed -i 's|^CONF_FILE=.*|CONF_FILE=/home/grafana/grafana.ini|' /etc/default/grafana-server`,
    check: 'host.access', outcome: 'failed', code: 'hidden', found: /\/home\/grafana\/grafana.ini .*ProtectHome=yes$/,
  },
  {
    title: 'a Puppet agent that runs', host: 0, script: 'systemd-run -q --unit=puppet sleep 3600',
    check: 'node.config-manager', outcome: 'failed', code: 'config-manager', found: /Puppet runs here \(puppet.service\)/,
  },
  {
    title: 'needrestart that restarts by itself', host: 0, script: `ln -sf /bin/true /usr/local/bin/needrestart && mkdir -p /etc/needrestart && echo "\\$nrconf{restart} = 'a';" > /etc/needrestart/needrestart.conf`,
    check: 'host.updates', outcome: 'warned', code: 'needrestart', found: /needrestart/,
  },
  {
    title: 'a clock that nobody sets, on a machine of its own', host: 0, script: `printf '%s\\n' '#!/bin/sh' 'exit 1' > /usr/local/bin/systemd-detect-virt; printf '%s\\n' '#!/bin/sh' 'echo no' > /usr/local/bin/timedatectl; chmod 755 /usr/local/bin/*`,
    check: 'host.time', outcome: 'warned', code: 'nobody', found: /no time service/,
  },
  {
    title: 'a label that SELinux, were it here, would not like', host: 0, script: `printf '%s\\n' '#!/bin/sh' 'echo Enforcing' > /usr/local/bin/getenforce; printf '%s\\n' '#!/bin/sh' 'echo "$2 has context user_home_t, should be etc_t"' > /usr/local/bin/matchpathcon; chmod 755 /usr/local/bin/*`,
    check: 'host.label', outcome: 'warned', code: 'wrong-label', found: /grafana.ini has context user_home_t, should be etc_t/,
  },
  {
    title: 'ansible-pull in a cron job', host: 1, script: `mkdir -p /etc/cron.d && echo '*/30 * * * * root ansible-pull -U https://git.example.com/x' > /etc/cron.d/pull`,
    check: 'node.config-manager', outcome: 'failed', code: 'config-manager', found: /^Ansible runs here \(\/etc\/cron.d\/pull\)$/,
  },
  { title: 'a low port without the capability', host: 1, script: `printf '[server]\\nhttp_port = 443\\n' >> ${config}`, check: 'host.low-port', outcome: 'failed', code: 'no-capability', found: /http_port 443/ },
  {
    title: 'a gossip port that another program has', host: 1, script: `systemd-run -q --unit=squatter python3 -c 'import socket, time
t = socket.socket(); t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); t.bind(("0.0.0.0", 9094)); t.listen()
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); u.bind(("::", 9094))
time.sleep(3600)'
for i in $(seq 100); do ss -lnu | grep -q :9094 && exit 0; sleep 0.05; done; exit 1`,
    check: 'host.ports', outcome: 'failed', code: 'taken', found: /^9094\/tcp is held by python3 \(pid \d+\); 9094\/udp is held by python3/,
  },
  {
    title: 'unattended upgrades that take Grafana along', host: 1, script: `ln -sf /bin/true /usr/local/bin/unattended-upgrade
printf '%s\\n' 'APT::Periodic::Unattended-Upgrade "1";' 'Unattended-Upgrade::Origins-Pattern { "origin=Debian,codename=bookworm,label=Debian"; "site=apt.grafana.com"; };' > /etc/apt/apt.conf.d/99lab
systemctl start apt-daily-upgrade.timer`,
    check: 'host.updates', outcome: 'warned', code: 'automatic', found: /unattended-upgrades \(site=apt.grafana.com\) upgrades grafana/,
  },
  {
    title: 'a secret that root alone may read', host: 1, script: `install -D -m 600 /dev/null /etc/grafana/secrets/mail && printf '[smtp]\\npassword = $__file{/etc/grafana/secrets/mail}\\n' >> ${config}; chmod 755 /etc/grafana/secrets`,
    check: 'host.access', outcome: 'failed', code: 'unreadable', found: /grafana may not read \/etc\/grafana\/secrets\/mail/,
  },
  {
    title: 'dashboards that one node alone provisions', host: 1, script: `mkdir -p /srv/boards && echo '{"title": "one"}' > /srv/boards/one.json
printf '%s\\n' 'apiVersion: 1' 'providers:' '  - name: own # ours' '    options:' '      path: /srv/boards' > /etc/grafana/provisioning/dashboards/own.yaml`,
    check: 'host.provisioning', outcome: 'failed', code: 'differ', found: /^compared with lab-1: dashboards\/own.yaml is not on lab-1, \/srv\/boards\/one.json is not on lab-1$/,
  },
  { title: 'a login cookie with another name', host: 1, script: `printf '[auth]\\nlogin_cookie_name = mine\\n' >> ${config}`, check: 'config.alike', outcome: 'failed', code: 'breaks-logins', found: /login_cookie_name is mine, on lab-1 grafana_session/ },
  {
    title: "another ldap.toml than the others'", host: 1, script: `echo 'host = "a"' > /etc/grafana/ldap.toml; printf '[auth.ldap]\\nenabled = true\\n' >> ${config}`,
    check: 'host.files', outcome: 'warned', code: 'differ', found: /ldap.toml \(\[auth.ldap\] config_file\) is not that of lab-3/,
  },
  {
    title: 'a Grafana of another version', host: 1, script: `mkdir -p /opt/old/bin /opt/old/conf && cp /usr/share/grafana/conf/defaults.ini /opt/old/conf/ && printf '%s\\n' '#!/bin/sh' 'echo Version 12.1.0' > /opt/old/bin/grafana && chmod 755 /opt/old/bin/grafana
${dropIn('old', 'ExecStart=', 'ExecStart=/opt/old/bin/grafana server --homepath=/opt/old --config=${CONF_FILE} cfg:default.paths.logs=${LOG_DIR} cfg:default.paths.data=${DATA_DIR} cfg:default.paths.plugins=${PLUGINS_DIR} cfg:default.paths.provisioning=${PROVISIONING_CFG_DIR}')}`,
    check: 'node.version', outcome: 'failed', code: 'differs', found: /^12.1.0 oss$/,
  },
  {
    title: 'a plugin that another node has alone', host: 2, on: 0, script: `mkdir -p /var/lib/grafana/plugins/clock && echo '{"id": "clock", "info": {"version": "2.1.8"}}' > /var/lib/grafana/plugins/clock/plugin.json`,
    check: 'node.plugins', outcome: 'warned', code: 'differ', found: /^clock is missing, lab-3 has 2.1.8$/,
  },
  {
    title: 'a password in a config that everybody may read', host: 2, script: `printf '[smtp]\\npassword = pw-of-mail\\n' >> ${config}; chmod 644 ${config}`,
    check: 'host.private', outcome: 'warned', code: 'readable', found: /^\/etc\/grafana\/grafana.ini holds a secret/,
  },
  { title: 'the machine-id of another node, as a clone has it', host: 2, script: 'echo 0123456789abcdef0123456789abcdef > /etc/machine-id', check: 'host.identity', outcome: 'warned', code: 'machine-id', found: /lab-2/ },
  { title: 'a disk that is full', host: 2, script: 'mount -t tmpfs -o size=1m,uid=472,gid=472 tmpfs /var/log/grafana', check: 'host.disk', outcome: 'failed', code: 'full', found: /\/var\/log\/grafana \(logs\): [01] MB free/ },
  {
    title: 'a clock that is ninety seconds ahead', host: 2, script: `printf '%s\\n' '#!/bin/sh' 'LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 FAKETIME=+90s exec /bin/date "$@"' > /usr/local/bin/date; chmod 755 /usr/local/bin/date`,
    check: 'node.clock', outcome: 'warned', code: 'off', found: /^(89|90|91) s ahead/,
  },
  { title: 'a start that systemd cuts short', host: 2, script: dropIn('start', 'Type=notify', 'TimeoutStartSec=30'), check: 'host.start-time', outcome: 'warned', code: 'too-short', found: /Type=notify and a start of 30 s/ },
  {
    title: 'a Grafana that dies at every start', host: 2, script: `${dropIn('loop', 'ExecStartPre=/bin/false', 'RestartSec=1h')}
systemctl start grafana-server; systemctl show -p SubState --value grafana-server | grep auto-restart`,
    check: 'host.loop', outcome: 'warned', code: 'restarting', found: /grafana-server/,
  },
  { title: 'the [alerting] of long ago', host: 2, script: `printf '[alerting]\\nenabled = true\\n' >> ${config}`, check: 'config.lint', outcome: 'failed', code: 'legacy-alerting', found: /Grafana does not start/ },
  { title: 'a Redis that the Live of one node alone uses', host: 1, on: 'cluster', script: `printf '[live]\\nha_engine = redis\\n' >> ${config}`, check: 'live.engine', outcome: 'warned', code: 'differs', found: /^lab-1: in memory, lab-2: redis at 127.0.0.1:6379$/ },
  { title: 'a config that says whose it is', host: 2, script: `sed -i '1i# Ansible managed: do not edit' ${config}; printf '[auth.ldap]\\nenabled = true\\n' >> ${config}; echo 'host = "b"' > /etc/grafana/ldap.toml`, check: 'node.config-manager', outcome: 'failed', code: 'config-manager', found: /grafana.ini:1 says "Ansible managed/ },
];

interface Finding {
  readonly check: string;
  readonly node?: string;
  readonly outcome: string;
  readonly code?: string;
  readonly found?: string;
}

describe('what of a host breaks its Grafana', () => {
  let lab: Lab;
  let file: string;
  beforeAll(async () => {
    lab = await startLab({ strength: 'real', hosts: 3, databases: ['postgres'] });
    await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
    file = writeClusterFile(lab, secrets);
  });
  afterAll(() => lab.stop());

  const look = async (): Promise<readonly Finding[]> => {
    let text = '';
    const world = makeWorld(packageRoot);
    const screen = { ...world.screen, print: (line: string) => void (text += line), note: () => {}, progress: () => ({ update: () => {}, done: () => {} }) };
    await validate({ ...world, screen }, { file, hostKey: lab.hostKeyFingerprints, json: true, only });
    return (JSON.parse(text) as { results: Finding[] }).results;
  };
  const complaints = (results: readonly Finding[]) => results.filter(({ outcome, check }) => outcome !== 'passed' && check !== 'node.enabled');

  it('finds nothing on fresh hosts, nor on a healthy cluster, and leaves no unit behind', async () => {
    expect(complaints(await look())).toEqual([]);
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done });
    const results = await look();
    expect(complaints(results)).toEqual([]);
    expect(results.filter(({ check }) => ['host.access', 'host.ports', 'host.upgraded', 'host.provisioning'].includes(check)).map(({ outcome }) => outcome)).toEqual(Array<string>(12).fill('passed'));
    expect(await ask(lab.hosts[0]!, 'systemctl list-units --all --plain --no-legend "run-*.service"; ls -A /run/systemd/transient')).toBe('');
  });

  it('sees a program that was replaced while it ran (host.upgraded)', async () => {
    const host = lab.hosts[0]!;
    await ask(host, `systemctl stop grafana-server; mkdir -p /opt/g && cp /bin/dash /opt/g/grafana && echo 'while :; do sleep 1; done' > /opt/g/run
${dropIn('program', 'ExecStart=', `ExecStart=/opt/g/grafana /opt/g/run --config=${config}`)}
systemctl start grafana-server
for i in $(seq 100); do [ "$(readlink "/proc/$(systemctl show -p MainPID --value grafana-server)/exe")" = /opt/g/grafana ] && break; sleep 0.05; done
cp /bin/dash /opt/g/new && mv /opt/g/new /opt/g/grafana`);
    expect((await look()).filter(({ check, node }) => check === 'host.upgraded' && node === 'lab-1')).toMatchObject([{ outcome: 'warned', code: 'not-restarted', found: expect.stringContaining('/opt/g/grafana') as string }]);
  });

  it('takes a held package, an ACL, a disabled Puppet and a capability for what they are', async () => {
    await Promise.all(lab.hosts.map((host) => host.reset()));
    const host = lab.hosts[0]!;
    await ask(host, `echo grafana hold | dpkg --set-selections
ln -sf /bin/true /usr/local/bin/unattended-upgrade; printf '%s\\n' 'APT::Periodic::Unattended-Upgrade "1";' 'Unattended-Upgrade::Origins-Pattern { "site=apt.grafana.com"; };' > /etc/apt/apt.conf.d/99lab
install -D -m 600 /dev/null /etc/grafana/secrets/mail && setfacl -m u:grafana:r /etc/grafana/secrets/mail && chmod 755 /etc/grafana/secrets
printf '[smtp]\\npassword = $__file{/etc/grafana/secrets/mail}\\n[server]\\nhttp_port = 443\\n' >> ${config}
systemd-run -q --unit=puppet sleep 3600; mkdir -p /var/lib/puppet/state && touch /var/lib/puppet/state/agent_disabled.lock
${dropIn('port', 'AmbientCapabilities=CAP_NET_BIND_SERVICE', 'CapabilityBoundingSet=CAP_NET_BIND_SERVICE')}`);
    expect(complaints(await look())).toEqual([]);
    await ask(host, 'echo grafana install | dpkg --set-selections; systemctl stop puppet; rm -r /var/lib/puppet /etc/apt/apt.conf.d/99lab /usr/local/bin/unattended-upgrade');
  });

  describe('with everything wrong at once', () => {
    let results: readonly Finding[];
    beforeAll(async () => {
      await Promise.all(lab.hosts.map((host) => host.reset()));
      await ask(lab.hosts[1]!, 'echo 0123456789abcdef0123456789abcdef > /etc/machine-id');
      await Promise.all(lab.hosts.map(async (host, index) => {
        for (const { script } of faults.filter((fault) => fault.host === index)) await ask(host, script);
      }));
      results = await look();
    });

    it.each(faults.map((fault) => [fault.title, fault.check, fault] as const))('finds %s (%s)', (_, __, { host, on, check, outcome, code, found }) => {
      const node = on === 'cluster' ? undefined : lab.hosts[on ?? host]!.name;
      expect(results.filter((result) => result.check === check && result.node === node)).toMatchObject([{ outcome, code, found: expect.stringMatching(found) as string }]);
    });
  });
});
