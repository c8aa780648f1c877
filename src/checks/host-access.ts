import type { AccessFacts } from '../facts/host.ts';
import { isSecretKey } from '../grafana/catalogue-secrets.ts';
import { findExpanders } from '../grafana/expanders.ts';
import { readRawIni } from '../grafana/read-ini.ts';
import { quote } from '../shell/quote.ts';
import { type Check, check, failed, type Finding, passed, skipped, warned } from './check.ts';
import { everyHost, type HostLookedAt } from './host-subjects.ts';
import { sshTo } from './ssh-to.ts';

/** What Grafana's user may read and write. */
export const hostAccessChecks: readonly Check[] = [
  check({
    id: 'host.access', group: 'host', about: everyHost,
    title: 'Grafana may read its files and write its folders, within what its unit shows it',
    why: 'Root reads everything; Grafana dies on a config of mode 600, and cannot see one below /home that the unit hides.',
    fix: 'Give the file to the group of Grafana and let the group read it: chgrp grafana FILE, chmod 640 FILE; the folders must be its own. What the unit hides (ProtectHome, PrivateTmp, InaccessiblePaths) is better moved to /etc/grafana or /var/lib/grafana than shown.',
    judge: (looked, { cluster }) => {
      const { access } = looked.host;
      const known = access.filter(({ inUnit, plain }) => (inUnit ?? plain) !== undefined);
      if (known.length === 0) return access.length === 0 ? undefined : skipped(`nothing on ${looked.node.name} can try it as the user of Grafana`);
      const findings = known.flatMap((one) => judgeAccess(one, looked, sshTo(looked.node, cluster)));
      const [first] = findings;
      return first === undefined ? passed(`${known.length} tried`) : failed({ ...first, found: findings.map(({ found }) => found).join('; ') });
    },
  }),
  check({
    id: 'host.private', group: 'host', about: everyHost,
    title: 'No stranger on the host reads the secrets of Grafana',
    why: 'Whoever has the database password or the secret_key has everything that Grafana holds.',
    fix: 'chmod o-r FILE on the config and the secret files; what belongs to the group of Grafana stays readable for it.',
    judge: ({ node, facts: { config }, host: { access } }, { cluster }) => {
      const open = access.filter(({ named, path, others }) => others?.read === true && (named === '$__file{}' || named === '[server] cert_key' || (path === config?.path && hasSecret(config.text))));
      return open.length === 0 ? passed() : warned({
        code: 'readable',
        found: `${open.map(({ path }) => path).join(', ')} ${open.length === 1 ? 'holds a secret and' : 'hold secrets and'} can be read by everybody on the host`,
        expected: 'the group of Grafana alone',
        hint: `${sshTo(node, cluster)} sudo chmod o-r ${open.map(({ path }) => quote(path)).join(' ')}`,
      });
    },
  }),
  check({
    id: 'host.label', group: 'host', about: everyHost,
    title: 'The files of Grafana have the labels that SELinux wants',
    why: 'A wrong label locks Grafana out of a file that its mode lets it read; the journal calls it "permission denied".',
    fix: 'restorecon -v FILE gives it the label of the policy; for a place of your own: semanage fcontext -a, then restorecon.',
    judge: ({ node, host: { access } }, { cluster }) => {
      const wrong = access.filter(({ wrongLabel }) => wrongLabel !== undefined);
      return wrong.length === 0 ? undefined : warned({
        code: 'wrong-label',
        found: wrong.map(({ wrongLabel }) => wrongLabel).join('; '),
        expected: 'the labels of the policy',
        hint: `${sshTo(node, cluster)} sudo restorecon -v ${wrong.map(({ path }) => quote(path)).join(' ')}`,
      });
    },
  }),
];

/** Whether a secret stands there in clear. */
function hasSecret(text: string): boolean {
  const reading = readRawIni(text);
  return reading.ok && [...reading.sections].some(([section, settings]) => [...settings].some(([key, { raw }]) => raw !== '' && isSecretKey(section, key) && findExpanders(raw).length === 0));
}

function judgeAccess({ path, named, need, plain, inUnit }: AccessFacts, { node, facts: { service }, host: { unit } }: HostLookedAt, on: string): readonly Finding[] {
  const suffices = (access: NonNullable<typeof plain>): boolean => access.read && (need === 'read' || access.write);
  const effective = inUnit ?? plain;
  if (effective === undefined || suffices(effective)) return [];
  const user = service.user || 'root';
  const what = `${path} (${named})`;
  if (inUnit !== undefined && (plain === undefined ? !inUnit.exists : suffices(plain))) {
    const walls = wallsBefore(path, inUnit.exists, unit?.sandbox ?? []);
    return [{
      code: inUnit.exists ? 'protected' : 'hidden',
      found: `${what} ${inUnit.exists ? `cannot be ${need === 'read' ? 'read' : 'written'} by ${user}` : `is not there for ${user}`} within ${node.grafana.unit}: ${walls.join(', ') || 'its protections'}`,
      expected: `a place that the unit lets it ${need}, such as /etc/grafana or /var/lib/grafana`,
      hint: `${on} sudo systemctl edit ${node.grafana.unit}`,
    }];
  }
  const isBehindFolder = !effective.exists;
  return [{
    code: need === 'read' ? 'unreadable' : 'unwritable',
    found: `${user} ${isBehindFolder ? 'may not enter a folder on the way to' : `may not ${need}`} ${what}`,
    expected: need === 'read' ? `a file that the group ${service.group || user} may read` : `a folder of ${user}`,
    hint: isBehindFolder ? `${on} sudo namei -l ${quote(path)}`
      : need === 'read' ? `${on} 'sudo chgrp ${service.group || user} ${quote(path)} && sudo chmod g+r ${quote(path)}'`
        : `${on} sudo chown -R ${user}:${service.group || user} ${quote(path)}`,
  }];
}

/** Those protections that have to do with this path, or all when none stands out. */
function wallsBefore(path: string, exists: boolean, sandbox: readonly string[]): readonly string[] {
  const named = (names: readonly string[]): readonly string[] => sandbox.filter((wall) => names.some((name) => wall.startsWith(`${name}=`)));
  const likely = [
    ...(/^\/(home|root|run\/user)(\/|$)/.test(path) ? named(['ProtectHome']) : []),
    ...(/^(\/var)?\/tmp(\/|$)/.test(path) ? named(['PrivateTmp']) : []),
    ...(exists ? named(['ProtectSystem', 'ReadOnlyPaths', 'PrivateUsers']) : named(['InaccessiblePaths', 'TemporaryFileSystem', 'RootDirectory', 'RootImage'])),
  ];
  return likely.length > 0 ? likely : sandbox;
}
