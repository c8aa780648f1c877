import { formatAddress } from '../cluster/address.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { failed, type Judgement, passed, type Scene } from './check.ts';

/** Names that Grafana chooses by itself. */
const chosenByGrafana = /^peer-[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Compares who lives under the prefix with the nodes that are there by their own config. */
export function judgePrefix({ cluster, facts }: Scene): Judgement | undefined {
  const { redis, nodes } = cluster;
  const found = facts.redis?.flatMap(({ servers }) => servers).find(({ state }) => state?.peers !== undefined);
  const peers = found?.state?.peers;
  if (redis === undefined || found === undefined || peers === undefined) return undefined;
  const ours = nodes.map(({ name }) => memberOf(name, redis.prefix, facts));
  const names = new Set(ours.flatMap((member) => (member === undefined || member === '' ? [] : [member])));
  const unnamed = ours.filter((member) => member === '').length;
  // Without a prefix every key of the database lies under it.
  const strangers = redis.prefix === '' ? [] : peers.filter((peer) => !names.has(peer) && !chosenByGrafana.test(peer));
  const numbered = peers.filter((peer) => chosenByGrafana.test(peer));
  // A node that was just restarted may be there under its old name as well.
  const surplus = unnamed === 0 ? numbered : numbered.slice(0, Math.max(0, numbered.length - 2 * unnamed));
  const foreign = [...strangers, ...surplus];
  return foreign.length === 0 ? passed(redis.prefix || 'none') : failed({
    code: 'foreign',
    found: `${foreign.length} ${foreign.length === 1 ? 'Grafana that is' : 'Grafanas that are'} none of these nodes under ${redis.prefix === '' ? 'no prefix' : redis.prefix} at ${formatAddress(found.address)}, such as ${foreign[0]}`,
    expected: 'these nodes alone',
    hint: `prefix = ${redis.prefix === '' ? cluster.name : `${redis.prefix}-2`} under [redis] of the cluster file, then grafana-ha push`,
  });
}

/** The name under which a node is a member today: empty, one that Grafana chose; undefined, none. A node that was not looked at may be there under its own. */
function memberOf(name: string, prefix: string, { nodes }: Scene['facts']): string | undefined {
  const entry = nodes.find((one) => one.name === name)?.node;
  if (entry?.ok !== true) return name;
  const effective = effectiveOf(entry.facts);
  if (!effective.ok || !entry.facts.service.active) return undefined;
  const value = (key: string): string => effective.config.get('unified_alerting', key)?.value ?? '';
  if (value('ha_redis_address') === '' || value('ha_redis_prefix').replace(/:$/, '') !== prefix.replace(/:$/, '')) return undefined;
  return value('ha_redis_peer_name');
}
