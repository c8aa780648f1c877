import { parseAddress } from '../cluster/address.ts';
import type { Address, Redis } from '../cluster/cluster.ts';
import { isIp } from '../cluster/ip.ts';
import { parseRootUrl } from '../cluster/root-url.ts';
import { UserError } from '../errors.ts';
import type { NodeFacts } from '../facts.ts';
import { Secret } from '../cluster/secret.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { findExpanders } from '../grafana/expanders.ts';
import { holdsFor, versionFacts } from '../grafana/versions.ts';
import { databaseOf, type NamedDatabase } from '../settings/database-of.ts';
import { readRedis } from './read-redis.ts';

/** What one running node says about the cluster it is in; absent: it says nothing. */
export interface NodeReading {
  readonly name: string;
  /** Absent: SQLite. */
  readonly database?: NamedDatabase;
  readonly maxOpenConn: string;
  readonly serverCertName: string;
  readonly rootUrl?: string;
  /** Undefined where Grafana has no label yet, or no mesh. */
  readonly label?: string;
  /** Where its peers reach it, as far as its config says. */
  readonly gossip?: Address;
  readonly gossipPort?: number;
  /** Over which its alerting goes. */
  readonly redis?: Redis;
  readonly secretKey: Secret;
  readonly license?: string;
  /** Such as `grafana-clock-panel 2.1.8`. */
  readonly plugins: readonly string[];
  /** Its secrets stand in the config itself. */
  readonly inline: boolean;
  /** Who writes the config, as a comment in it says. */
  readonly writtenBy?: string;
}

/** Reads what a node really uses. UserError (exit 3) for what cannot be read or is not managed yet; nothing is guessed. */
export function readNode(name: string, facts: NodeFacts): NodeReading {
  const effective = effectiveOf(facts);
  if (!effective.ok) throw new UserError(`Grafana on ${name} cannot read ${effective.origin}: ${effective.problem}.`, { hint: `Mend ${facts.configPath} on ${name}.` });
  const { config } = effective;
  const value = (section: string, key: string): string => config.get(section, key)?.value ?? '';
  const database = databaseOf(config);
  if (database.kind === 'unclear') throw new UserError(`${name}: ${database.problem}.`, { hint: `${database.hint}, in ${facts.configPath} on ${name}.` });
  const redis = readRedis(name, config);

  const set = config.get('server', 'root_url');
  const rootUrl = set === undefined || set.origin.kind === 'default' ? undefined : parseRootUrl(set.value);
  const inMesh = value('unified_alerting', 'ha_peers') !== '';
  const gossip = gossipOf(value('unified_alerting', 'ha_advertise_address'), value('unified_alerting', 'ha_listen_address'));
  const license = facts.grafana?.edition === 'enterprise' ? value('enterprise', 'license_path') : '';
  const writtenBy = /^[;#].*?\b(ansible|puppet|chef|salt|terraform)\b/im.exec(facts.config?.text.slice(0, 2000) ?? '')?.[1];
  return {
    name,
    ...(database.kind === 'shared' ? { database: database.database } : {}),
    maxOpenConn: value('database', 'max_open_conn'),
    serverCertName: value('database', 'server_cert_name'),
    ...(rootUrl?.ok ? { rootUrl: rootUrl.value.url } : {}),
    ...(inMesh && holdsFor(versionFacts.haLabel, facts.grafana?.version ?? '') ? { label: value('unified_alerting', 'ha_label') } : {}),
    ...(inMesh ? gossip : {}),
    ...(redis === undefined ? {} : { redis }),
    secretKey: new Secret(value('security', 'secret_key')),
    ...(license === '' ? {} : { license }),
    plugins: [...(facts.plugins ?? [])].map(([id, version]) => `${id} ${version}`).sort(),
    inline: database.kind === 'shared' && !namesSecretFile(facts),
    ...(writtenBy === undefined ? {} : { writtenBy }),
  };
}

/** The address that peers are told, else the one it listens on, where that is one. */
function gossipOf(advertised: string, listened: string): Pick<NodeReading, 'gossip' | 'gossipPort'> {
  const read = [advertised, listened.replace(/^:/, '0.0.0.0:')].flatMap((text) => {
    const address = parseAddress(text);
    return address.ok ? [address.value] : [];
  });
  const own = read.find(({ host }) => isIp(host) && !['0.0.0.0', '::'].includes(host));
  return { ...(own === undefined ? {} : { gossip: own }), ...(read[0] === undefined ? {} : { gossipPort: read[0].port }) };
}

function namesSecretFile({ config, environment }: NodeFacts): boolean {
  return findExpanders(config?.text ?? '').some(({ provider }) => provider === '__file') || environment.some(({ name }) => /^GF_(DATABASE_PASSWORD|SECURITY_SECRET_KEY)$/.test(name));
}
