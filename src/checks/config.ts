import { formatAddress } from '../cluster/address.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { EffectiveReading, Origin } from '../grafana/effective-config.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { type Check, check, failed, type Judgement, passed, warned } from './check.ts';
import { everyNode, type LookedAt } from './subjects.ts';

/** The file each node's Grafana reads, and what else has a say. */
export const configChecks: readonly Check[] = [
  check({
    id: 'node.config', group: 'config', about: everyNode,
    title: 'The config that Grafana reads is found, readable by its rules, and can be replaced in one step',
    why: 'A file that Grafana cannot parse keeps it down; one that cannot be renamed over can be left half-written.',
    judge: ({ node, facts }) => {
      const { config } = facts;
      const show = `ssh -t ${node.target.text} sudo`;
      if (config === undefined) return failed({
        code: 'no-config',
        found: `no file ${facts.configPath}`,
        expected: 'the ini that the unit names by --config',
        hint: `config_path = PATH under [node.${node.name}] of the cluster file`,
      });
      if (/^(nfs|cifs|smb|9p|fuse|ceph|glusterfs|lustre|afs)/.test(config.fileSystem)) return failed({
        code: 'on-network',
        found: `${config.path} lies on ${config.fileSystem}`,
        expected: 'a disk of the node: a shared config makes all nodes the same node',
        hint: `${show} cp --preserve ${config.realPath} /etc/grafana/grafana.ini`,
      });
      if (config.mountPoint) return failed({
        code: 'mount-point',
        found: `${config.realPath} is a mount point`,
        expected: 'a file that can be renamed over; mount its folder instead',
        hint: `${show} findmnt ${config.realPath}`,
      });
      const effective = effectiveOf(facts);
      if (effective.ok) return passed(config.path);
      const place = effective.line === undefined ? '' : `, line ${effective.line}`;
      return failed({
        code: 'unreadable',
        found: `${effective.origin === 'the config file' ? config.path : effective.origin}${place}: ${effective.problem}`,
        expected: 'a config that Grafana starts with',
        hint: `${show}edit ${config.path}`,
      });
    },
  }),
  check({
    id: 'node.shadowed', group: 'config', about: everyNode,
    title: 'Nothing overrides what we write into the config',
    why: 'A GF_ variable or a cfg: argument beats the file: that node would stay on its own database or URL.',
    judge: judgeShadowed,
  }),
  check({
    id: 'node.sqlite', group: 'config', about: everyNode,
    title: 'No node leaves anything behind in SQLite',
    why: "What lies in a node's own database is not moved to the shared one.",
    judge: ({ node, facts: { sqlite, ...facts } }) => {
      const effective = effectiveOf(facts);
      const inUse = effective.ok && effective.config.get('database', 'type')?.value === 'sqlite3';
      if (sqlite === undefined || !inUse) return passed();
      const expected = 'nothing but the default user';
      const hint = 'copy what you need, then accept it: grafana-ha push --leave-sqlite';
      if (sqlite.counts === undefined) return failed({
        code: 'not-counted',
        found: `${sqlite.path} on ${node.name}: ${sqlite.why ?? 'not counted'}`,
        expected,
        hint,
      });
      const { users, dashboards, dataSources, alertRules } = sqlite.counts;
      const held = [count(users, 'user'), count(dashboards, 'dashboard'), count(dataSources, 'data source'), count(alertRules, 'alert rule')].flat();
      return held.length === 0 ? passed() : failed({ code: 'contents', found: `${held.join(', ')} in ${sqlite.path}`, expected, hint });
    },
  }),
];

function count(number: number, what: string): readonly string[] {
  return number === 0 ? [] : [`${number} ${what}${number === 1 ? '' : 's'}`];
}

/** Settings of ours with the value they shall have; undefined: it is not known here. */
function managed({ database, rootUrl }: Cluster): readonly (readonly [section: string, key: string, wanted: string | undefined])[] {
  return [
    ['database', 'url', ''], ['database', 'connection_string', ''],
    ['database', 'type', database.type], ['database', 'host', formatAddress(database.address)], ['database', 'name', database.name],
    ['database', 'user', database.user], ['database', 'password', undefined],
    ['database', 'ssl_mode', database.sslMode], ['database', 'ca_cert_path', undefined],
    ['server', 'root_url', rootUrl], ['server', 'domain', new URL(rootUrl).hostname.replace(/^\[|\]$/g, '')],
    ['security', 'secret_key', undefined],
    ...['ha_peers', 'ha_listen_address', 'ha_advertise_address', 'ha_label'].map((key) => ['unified_alerting', key, undefined] as const),
  ];
}

function judgeShadowed({ node, facts }: LookedAt, { cluster }: { readonly cluster: Cluster }): Judgement {
  const effective = effectiveOf(facts);
  if (!effective.ok) return passed();
  const overridden = managed(cluster).flatMap(([section, key, wanted]) => {
    const place = overrideOf(effective, section, key);
    return place === undefined || place.value === wanted ? [] : [{ ...place, setting: `[${section}] ${key}`, known: wanted !== undefined }];
  });
  const [first] = overridden;
  if (first === undefined) return passed();
  const file = /^(\/.*):\d+$/.exec(first.place)?.[1];
  const finding = {
    code: 'overridden',
    found: overridden.map(({ setting, name, place }) => `${name}, ${place}, decides ${setting}`).join('; '),
    expected: 'the config alone decides it',
    hint: `ssh -t ${node.target.text} ${file === undefined ? `systemctl cat ${node.grafana.unit}` : `sudoedit ${file}`}`,
  };
  return overridden.some(({ known }) => known) ? failed(finding) : warned(finding);
}

interface Override {
  readonly name: string;
  readonly place: string;
  readonly value: string;
}

function overrideOf({ config }: Extract<EffectiveReading, { ok: true }>, section: string, key: string): Override | undefined {
  const found = config.get(section, key);
  const override = found === undefined ? undefined : nameOf(found.origin, section, key);
  return found === undefined || override === undefined ? undefined : { ...override, value: found.value };
}

function nameOf(origin: Origin, section: string, key: string): Omit<Override, 'value'> | undefined {
  if (origin.kind === 'environment') return { name: origin.name, place: origin.origin };
  return origin.kind === 'argument' ? { name: `cfg:${section}.${key}=…`, place: 'the command line' } : undefined;
}
