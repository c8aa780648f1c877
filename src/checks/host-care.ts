import { type Check, check, passed, warned } from './check.ts';
import { everyHost } from './host-subjects.ts';
import { sshTo } from './ssh-to.ts';

/** Who else takes care of the host: its packages, its clock. */
export const hostCareChecks: readonly Check[] = [
  check({
    id: 'host.upgraded', group: 'host', about: everyHost,
    title: 'The Grafana that runs is the one that is installed',
    why: 'After an upgrade without a restart the old one runs until something restarts it, and the new one then migrates the database under the others.',
    fix: 'Upgrade all nodes, then restart them one at a time; the first one migrates the database.',
    judge: ({ node, facts: { container, service }, host: { program } }, { cluster }) => {
      if (program === undefined || container !== undefined) return undefined;
      return program.endsWith(' (deleted)') ? warned({
        code: 'not-restarted',
        found: `the running ${program.replace(/ \(deleted\)$/, '')} was replaced since its start`,
        expected: 'a process of the installed version',
        hint: `${sshTo(node, cluster)} sudo systemctl restart ${service.unit}`,
      }) : passed();
    },
  }),
  check({
    id: 'host.updates', group: 'host', about: everyHost,
    title: 'No node upgrades or restarts its Grafana by itself',
    why: 'One node on a new version migrates the database at night, while the others still run the old one.',
    fix: 'Hold the package on every node: apt-mark hold grafana, or dnf versionlock add grafana; to upgrade, take the hold off on all of them. For needrestart: $nrconf{override_rc}{qr(^grafana)} = 0; in /etc/needrestart/conf.d/grafana.conf.',
    judge: ({ node, facts: { system }, host: { updates: { package: name, held, automatic, restarting } } }, { cluster }) => {
      const on = sshTo(node, cluster);
      if (name !== undefined && !held && automatic.length > 0) return warned({
        code: 'automatic',
        found: `${automatic.join(', ')} upgrades ${name}`,
        expected: 'a package that is held',
        hint: /debian|ubuntu|raspbian|mint/.test(system) ? `${on} sudo apt-mark hold ${name}` : `${on} sudo dnf versionlock add ${name}`,
      });
      if (restarting) return warned({
        code: 'needrestart',
        found: 'needrestart restarts services by itself after each upgrade of a library',
        expected: 'Grafana left out of it',
        hint: `${on} "echo '\\$nrconf{override_rc}{qr(^grafana)} = 0;' | sudo tee /etc/needrestart/conf.d/grafana.conf"`,
      });
      return name === undefined ? undefined : passed(held ? 'held' : undefined);
    },
  }),
  check({
    id: 'host.time', group: 'host', about: everyHost,
    title: 'The clock of the host is kept right',
    why: 'A clock that nobody sets drifts by seconds a day; sessions, tokens and alert timing compare the times of different nodes.',
    fix: 'Install one time service on every node, such as chrony, and let it reach its servers (UDP 123).',
    judge: ({ node, host: { clock: { synchronised, services } } }, { cluster }) => {
      if (synchronised !== false) return synchronised === undefined ? undefined : passed();
      return services.length > 0
        ? warned({ code: 'not-synchronised', found: `${services.join(', ')} runs, and the clock is not in step with any server`, expected: 'a clock in step', hint: `${sshTo(node, cluster)} timedatectl` })
        : warned({ code: 'nobody', found: 'no time service runs, and the kernel says that its clock is not in step', expected: 'a time service', hint: `${sshTo(node, cluster)} sudo timedatectl set-ntp true` });
    },
  }),
];
