import { isSecretKey } from '../grafana/catalogue-secrets.ts';
import { decodeFromDatabase } from '../grafana/database-value.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { readRawIni } from '../grafana/read-ini.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { NodeOutcome } from './node-outcome.ts';
import type { Change, Plan } from './plan.ts';

/** A setting that somebody changed on a node, and where it goes so that all nodes get it; `value` undefined: it goes from there. */
export interface Adoption {
  readonly place: 'cluster file' | 'base';
  readonly section: string;
  readonly key: string;
  readonly value: string | undefined;
  readonly node: string;
}

export interface Adoptions {
  readonly adopted: readonly Adoption[];
  /** What cannot be taken over, a sentence each. */
  readonly refused: readonly string[];
}

/** Keys of the cluster file that say what a setting of Grafana says. */
const keys: ReadonlyMap<string, readonly [section: string, key: string]> = new Map<string, readonly [string, string]>([
  ['server.root_url', ['cluster', 'root_url']],
  ...['type', 'host', 'name', 'user', 'ssl_mode', 'server_cert_name', 'max_open_conn'].map((key) => [`database.${key}`, ['database', key]] as const),
  ['security.admin_user', ['security', 'admin_user']],
  ['unified_alerting.ha_label', ['alerting', 'label']],
]);

/** Settings that follow from others: once those are taken over, they say the same. */
const following: ReadonlyMap<string, string> = new Map([['server.domain', 'server.root_url'], ['unified_alerting.ha_listen_address', 'unified_alerting.ha_advertise_address']]);

/** Where what somebody changed on the nodes goes. */
export function adoptionsOf(plan: Plan, outcomes: readonly NodeOutcome[], cluster: Cluster): Adoptions {
  const found = plan.nodes.flatMap(({ name, changes, files }) => {
    const outcome = outcomes.find(({ node }) => node.name === name);
    if (outcome === undefined) return [];
    const theirs = changes.filter((change) => change.theirs !== undefined);
    return [
      ...theirs.filter((change) => !follows(change, theirs)).map((change) => adoptionOf(change, outcome, cluster)),
      ...files.filter((file) => file.theirs).map(({ path }) => `${name}: ${path} was changed, and what it holds comes from a source that the cluster file names`),
    ];
  });
  const adopted = found.filter((one): one is Adoption => typeof one !== 'string');
  const clashes = adopted.flatMap((one, index) => {
    const other = adopted.slice(0, index).find((earlier) => earlier.place === one.place && earlier.section === one.section && earlier.key === one.key && earlier.value !== one.value);
    return other === undefined ? [] : [`${other.node} and ${one.node} say different things: [${one.section}] ${one.key} = ${other.value ?? '(unset)'} and ${one.value ?? '(unset)'}`];
  });
  const unique = adopted.filter((one, index) => adopted.findIndex((earlier) => earlier.section === one.section && earlier.key === one.key) === index);
  return { adopted: unique, refused: [...found.filter((one): one is string => typeof one === 'string'), ...clashes] };
}

function follows({ section, key }: Change, theirs: readonly Change[]): boolean {
  const leader = following.get(`${section}.${key}`);
  return theirs.some((other) => `${other.section}.${other.key}` === leader);
}

function adoptionOf({ section, key }: Change, { node, facts, settings }: NodeOutcome, cluster: Cluster): Adoption | string {
  const refuse = (why: string): string => `${node.name}: [${section}] ${key} ${why}`;
  if (isSecretKey(section, key)) return refuse('is a secret, and the cluster file holds none: put it where its source says');
  const reading = readRawIni(facts.config?.text ?? '');
  const raw = reading.ok ? reading.sections.get(section)?.get(key)?.raw : undefined;
  if (settings.some((one) => one.isBase && one.section === section && one.key === key)) return { place: 'base', section, key, value: raw, node: node.name };

  const effective = effectiveOf(facts);
  const value = effective.ok ? effective.config.get(section, key)?.value ?? '' : '';
  if (raw === undefined || value === '') return refuse('was taken away, and every node needs it');
  if (section === 'unified_alerting' && key === 'ha_advertise_address') return { place: 'cluster file', section: `node.${node.name}`, key: 'gossip_address', value, node: node.name };
  const place = keys.get(`${section}.${key}`);
  if (place === undefined) return refuse('follows from the cluster file, which has no key for it');
  const said = section === 'database' && ['name', 'user'].includes(key) ? decodeFromDatabase(value, cluster.database.type) : value;
  return { place: 'cluster file', section: place[0], key: place[1], value: said, node: node.name };
}
