import type { ClockFacts, ManagerFacts, UpdateFacts } from '../facts/host.ts';
import type { Answer } from '../shell/framed-answer.ts';
import { askedUnits, configManagers, timeServices, updateUnits } from '../shell/host-care-script.ts';

/** Reads who keeps the time. */
export function readClock(answer: Answer): ClockFacts {
  const synchronised = { yes: true, no: false }[answer.text('synchronised')?.trim() ?? ''];
  const active = activeUnits(answer);
  return { ...(synchronised === undefined ? {} : { synchronised }), services: timeServices.filter((unit) => active.has(unit)) };
}

/** Reads who upgrades packages and restarts services. */
export function readUpdates(answer: Answer): UpdateFacts {
  const dpkg = [...(answer.text('dpkg') ?? '').matchAll(/^(\S+) (\S+) installed$/gm)].map(([, name, want]) => ({ name: name!, isHeld: want === 'hold' }))[0];
  const rpm = (answer.text('rpm') ?? '').trim().split('\n').find((name) => name !== '');
  const name = dpkg?.name ?? rpm;
  const needrestart = answer.text('needrestart') ?? '';
  return {
    ...(name === undefined ? {} : { package: name }),
    held: dpkg?.isHeld === true || (answer.text('dnf-lock') ?? '') !== '' || (answer.text('dnf-exclude') ?? '') !== '',
    automatic: [...unattended(answer, name ?? 'grafana'), ...(rpm === undefined ? [] : dnfAutomatic(answer))],
    restarting: /\{restart\}\s*=\s*['"]a['"]/.test(needrestart) && !/override_rc\}.*grafana/.test(needrestart),
  };
}

/** Reads which programs put configs back. */
export function readManagers(answer: Answer): readonly ManagerFacts[] {
  const active = activeUnits(answer);
  const runs = [...answer.under('runs')];
  return configManagers.flatMap(({ name, units, commands }): readonly ManagerFacts[] => {
    if (name === 'Puppet' && answer.text('puppet-disabled') !== undefined) return [];
    const by = units.find((unit) => active.has(unit)) ?? runs.find(([, lines]) => commands.some((command) => lines.includes(command)))?.[0];
    const knows = name === 'Puppet' ? { yes: true, no: false }[answer.text('puppet-knows') ?? ''] : undefined;
    return by === undefined ? [] : [{ name, by, ...(knows === undefined ? {} : { knowsConfig: knows }) }];
  });
}

function activeUnits(answer: Answer): ReadonlySet<string> {
  const states = (answer.text('active') ?? '').trim().split('\n');
  return new Set(states.length === askedUnits.length ? askedUnits.filter((_, index) => states[index] === 'active') : []);
}

/** unattended-upgrades takes what one of its patterns covers, and no package that its blacklist names (its README, "Unattended-Upgrade::Origins-Pattern"). */
function unattended(answer: Answer, packageName: string): readonly string[] {
  const lines = [...(answer.text('apt') ?? '').matchAll(/^([\w:-]+) "(.*)";$/gm)].map(([, name = '', value = '']) => ({ name: name.replace(/::$/, ''), value }));
  const values = (name: string): readonly string[] => lines.flatMap((line) => (line.name === name && line.value !== '' ? [line.value] : []));
  const isOn = values('APT::Periodic::Unattended-Upgrade').some((value) => value !== '0') && !values('APT::Periodic::Enable').includes('0');
  // Where systemd tells the state of the timer, it is the timer that starts it.
  const isTimed = answer.text('active') === undefined || activeUnits(answer).has('apt-daily-upgrade.timer');
  const isSpared = values('Unattended-Upgrade::Package-Blacklist').some((pattern) => matches(pattern, packageName));
  if (!isOn || !isTimed || isSpared) return [];
  const covering = [...values('Unattended-Upgrade::Origins-Pattern').filter(coversGrafana), ...values('Unattended-Upgrade::Allowed-Origins').filter(allowsGrafana)];
  return covering.slice(0, 1).map((pattern) => `unattended-upgrades (${pattern})`);
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})`).test(name);
  } catch {
    return pattern === name;
  }
}

/** What the Release file of apt.grafana.com says of itself, by the words of a pattern. */
const grafanaRelease: Readonly<Record<string, RegExp>> = {
  o: /grafana|^\. stable$/i, l: /grafana|^\. stable$/i, a: /^(stable|beta)$/, n: /^(stable|beta)$/, c: /^main$/, site: /grafana/,
};
const longWords: Readonly<Record<string, string>> = { origin: 'o', label: 'l', archive: 'a', suite: 'a', codename: 'n', component: 'c' };

function coversGrafana(pattern: string): boolean {
  return pattern.split(',').every((part) => {
    const [word = '', value = ''] = part.trim().split('=');
    return value === '*' || (grafanaRelease[longWords[word] ?? word]?.test(value) ?? false);
  });
}

/** `ORIGIN:ARCHIVE`, the older way to write it. */
function allowsGrafana(pattern: string): boolean {
  const at = pattern.lastIndexOf(':');
  return coversGrafana(`o=${pattern.slice(0, at)},a=${pattern.slice(at + 1)}`);
}

/** dnf-automatic takes every repository; the -install timer whatever its file says. */
function dnfAutomatic(answer: Answer): readonly string[] {
  const active = activeUnits(answer);
  const applies = /apply_updates\s*=\s*(yes|true|1)/i.test(answer.text('dnf-apply') ?? '');
  return updateUnits.filter((unit) => !unit.startsWith('apt-') && active.has(unit) && (applies || unit.includes('-install')));
}
