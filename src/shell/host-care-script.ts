import { raw, type Script, sh } from './quote.ts';

/** Programs that put a host's files back to what a server of theirs says; units as their packages name them. */
export const configManagers = [
  { name: 'Puppet', units: ['puppet.service', 'puppet-agent.service', 'pe-puppet.service', 'puppet-run.timer'], commands: ['puppet agent', 'puppet apply'] },
  { name: 'Chef', units: ['chef-client.service', 'chef-client.timer', 'cinc-client.service', 'cinc-client.timer'], commands: ['chef-client', 'cinc-client', 'chef-solo'] },
  { name: 'Salt', units: ['salt-minion.service'], commands: ['salt-call'] },
  { name: 'CFEngine', units: ['cfengine3.service', 'cf-execd.service'], commands: ['cf-agent'] },
  { name: 'Ansible', units: ['ansible-pull.service', 'ansible-pull.timer'], commands: ['ansible-pull'] },
  { name: 'Rudder', units: ['rudder-agent.service', 'rudder-cf-execd.service'], commands: ['rudder agent run'] },
] as const;

export const timeServices = ['chrony.service', 'chronyd.service', 'ntp.service', 'ntpd.service', 'ntpsec.service', 'openntpd.service', 'systemd-timesyncd.service', 'ptp4l.service', 'open-vm-tools.service', 'vmtoolsd.service'];

export const updateUnits = ['apt-daily-upgrade.timer', 'dnf-automatic.timer', 'dnf-automatic-install.timer', 'dnf5-automatic.timer', 'yum-cron.service'];

/** Every unit whose state is asked for, in the order of the answer. */
export const askedUnits: readonly string[] = [...configManagers.flatMap(({ units }) => units), ...timeServices, ...updateUnits];

/** Packages of Grafana, a line each, such as `grafana install installed`. dpkg-query reads all that dpkg knows: it is asked only where one was ever installed. */
export const debianPackages = sh`for list in /var/lib/dpkg/info/grafana.list /var/lib/dpkg/info/grafana-enterprise.list; do
  if [ -e "$list" ]; then dpkg-query -W -f '\${Package} \${db:Status-Want} \${db:Status-Status}\n' grafana grafana-enterprise 2>/dev/null; break; fi
done`;

/** Asks who else takes care of this host: what upgrades packages, restarts services, keeps the time, or writes configs. */
export function careScript(configPath: string): Script {
  const commands = configManagers.flatMap((manager) => manager.commands).join('|');
  return sh`if [ -d /run/systemd/system ]; then
  put active; bounded systemctl is-active ${askedUnits} 2>/dev/null
  if command -v systemd-detect-virt >/dev/null && ! systemd-detect-virt --container --quiet; then put synchronised; bounded timedatectl show -p NTPSynchronized --value 2>/dev/null; fi
  for f in $(grep -lsE ${`^ExecStart=.*(${commands})`} /etc/systemd/system/*.service /usr/local/lib/systemd/system/*.service); do
    u=\${f##*/}
    u=\${u%.service}
    if systemctl is-active --quiet "$u.timer" || systemctl is-active --quiet "$u.service"; then put "runs $f"; sed -n 's/^ExecStart=//p' "$f"; fi
  done
fi
for f in $(grep -lsE ${`^[^#]*(${commands})`} /etc/crontab /etc/cron.d/* /etc/cron.hourly/* /etc/cron.daily/* /var/spool/cron/crontabs/* /var/spool/cron/* /etc/crontabs/*); do
  put "runs $f"; grep -E ${`^[^#]*(${commands})`} "$f"
done
for d in /opt/puppetlabs/puppet/cache/state /var/lib/puppet/state /var/cache/puppet/state; do
  [ ! -e "$d/agent_disabled.lock" ] || say puppet-disabled yes
  [ ! -s "$d/resources.txt" ] || say puppet-knows "$(grep -qiF ${configPath} "$d/resources.txt" && echo yes || echo no)"
done
if command -v dpkg-query >/dev/null; then put dpkg; ${raw(debianPackages)}; fi
if command -v unattended-upgrade >/dev/null; then put apt; apt-config dump 2>/dev/null | grep -E '^(APT::Periodic::(Enable|Unattended-Upgrade)|Unattended-Upgrade::(Allowed-Origins|Origins-Pattern|Package-Blacklist))'; fi
if command -v rpm >/dev/null && [ -d /etc/yum.repos.d ]; then
  put rpm; rpm -q --qf '%{NAME}\n' grafana grafana-enterprise 2>/dev/null | grep -v ' '
  put dnf-apply; cat /etc/dnf/automatic.conf /etc/yum/yum-cron.conf 2>/dev/null | grep -E '^ *apply_updates'
  put dnf-exclude; cat /etc/dnf/dnf.conf /etc/dnf/automatic.conf /etc/yum.conf /etc/yum.repos.d/*grafana* 2>/dev/null | grep -E '^ *exclude(pkgs)? *=.*grafana'
  put dnf-lock; cat /etc/dnf/plugins/versionlock.list /etc/dnf/versionlock.toml /etc/yum/pluginconf.d/versionlock.list 2>/dev/null | grep -E '^[^#]*grafana'
fi
if command -v needrestart >/dev/null; then put needrestart; cat /etc/needrestart/needrestart.conf /etc/needrestart/conf.d/*.conf 2>/dev/null | grep -E '^ *\$nrconf\{(restart|override_rc)\}'; fi
`;
}
