import { formatAddress } from '../cluster/address.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { RedisInfo, RedisServer } from '../facts/redis.ts';
import { alertingModeChecks } from './alerting-mode.ts';
import { type Check, check, failed, passed, type Skipped, skipped, warned } from './check.ts';
import { redisLoginHint } from './redis-hints.ts';
import { judgeRedisTls } from './redis-tls.ts';
import { redisSourceChecks } from './redis-sources.ts';
import { judgePrefix } from './redis-prefix.ts';
import { everyRedis, wholeCluster } from './subjects.ts';

const evicting = /^(allkeys-|volatile-(ttl|random)$)/;

/** Redis as alerting and Live use it, from every node. */
export const redisChecks: readonly Check[] = [
  ...alertingModeChecks,
  ...redisSourceChecks,
  check({
    id: 'redis.tls', group: 'redis', about: everyRedis,
    title: 'The TLS of Redis is what Grafana will accept',
    why: "Grafana compares the name it dials with the certificate, by Go's rules, and trusts the CA file or the node's own bundle.",
    fix: 'Give the server a certificate with its name or address as a subject alternative name, signed by the authority in ca_cert under [redis]. A server without TLS is named with tls = no.',
    judge: ({ server: { tls, address } }, { facts }) => tls && judgeRedisTls(tls, address, facts.at),
  }),
  check({
    id: 'redis.login', group: 'redis', about: everyRedis,
    title: 'Redis answers every node and accepts the login',
    why: 'Grafana starts without it, and says so in one line of its log: from then on every node sends every notification.',
    fix: 'Open the port from every node, let Redis listen there (bind, protected-mode), and name its user and password under [redis] or [live] of the cluster file.',
    judge: ({ node, server }, { cluster }) => {
      const { session, address } = server;
      if (session.ok) return passed(`${session.roundTripMs} ms`);
      if (session.code === 'not-tried') return skipped(session.said);
      return failed({
        code: session.code,
        found: `${formatAddress(address)}: ${session.said}`,
        expected: 'a session',
        hint: redisLoginHint(server, session, cluster, node),
      });
    },
  }),
  check({
    id: 'redis.sentinel', group: 'redis', about: everyRedis,
    title: 'The Sentinels know the master, and the same one',
    why: 'Grafana asks them for it by name, and dies of nothing when they do not know it: it just never meets its peers.',
    fix: 'Write the name that the Sentinels watch as master_name under [redis] of the cluster file; redis-cli -p 26379 SENTINEL masters lists it.',
    judge: ({ node, server }, { cluster, facts }) => {
      if (server.purpose !== 'sentinel') return undefined;
      if (server.master === undefined) return noSession(server);
      const name = cluster.redis?.masterName ?? '';
      const master = server.master.address && formatAddress(server.master.address);
      if (master === undefined) return failed({
        code: 'unknown-master',
        found: `${formatAddress(server.address)} watches no master called ${name}`,
        expected: `the address of ${name}`,
        hint: `master_name = NAME under [redis] of the cluster file: redis-cli -h ${server.address.host} -p ${server.address.port} SENTINEL masters`,
      });
      const others = facts.redis?.find((path) => path.node === node.name)?.servers ?? [];
      const other = others.find((one) => one.master?.address !== undefined && formatAddress(one.master.address) !== master);
      return other === undefined ? passed(master) : warned({
        code: 'sentinels-differ',
        found: `${formatAddress(server.address)} says ${master}, ${formatAddress(other.address)} says ${formatAddress(other.master!.address!)}`,
        expected: 'one master',
        hint: `redis-cli -h ${server.address.host} -p ${server.address.port} SENTINEL ckquorum ${name}`,
      });
    },
  }),
  check({
    id: 'redis.kind', group: 'redis', about: everyRedis,
    title: 'Redis is of the kind that the cluster file says',
    why: 'A client for a single Redis is sent elsewhere by a cluster and does not go; one for a cluster gets no answer from a single one.',
    fix: 'Set kind under [redis] of the cluster file to what the server is: single, sentinel or cluster. Live needs a single one.',
    judge: ({ server }, { cluster }) => withInfo(server, (info) => judgeKind(info, server, cluster)),
  }),
  check({
    id: 'redis.primary', group: 'redis', about: everyRedis,
    title: 'Redis is no read-only replica',
    why: 'Nobody can write their sign of life to one, so no node sees another, and each sends everything.',
    fix: 'Name the primary under [redis] of the cluster file; where it changes by itself, name the Sentinels or the cluster instead.',
    judge: ({ server }, { cluster }) => withInfo(server, ({ role }) => (role === 'master' ? passed() : failed({
      code: 'replica',
      found: `${formatAddress(server.address)} is a replica`,
      expected: 'the primary',
      hint: server.announcedBy === undefined ? `address = PRIMARY:PORT under [${sectionOf(server)}] of the cluster file` : `redis-cli -h ${server.announcedBy.host} -p ${server.announcedBy.port} SENTINEL failover ${cluster.redis?.masterName ?? 'NAME'}`,
    }))),
  }),
  check({
    id: 'redis.commands', group: 'redis', about: everyRedis,
    title: 'The user may do in Redis what Grafana does there',
    why: 'A user without the rights, a full memory or a disk that fails keep the signs of life out, and every node sends everything.',
    fix: 'Allow the user SET, SCAN, MGET, PUBLISH and SUBSCRIBE on keys and channels under the prefix, and see that Redis takes writes.',
    judge: ({ server }, { cluster }) => {
      if (server.purpose === 'sentinel') return undefined;
      if (server.state === undefined) return noSession(server);
      const { usable, info } = server.state;
      if (usable.ok) return passed();
      if (usable.code === 'READONLY' && info?.role === 'replica') return skipped('it is a replica');
      return failed({
        code: usable.code,
        found: `${usable.command}: ${usable.said}`,
        expected: 'the command is carried out',
        hint: usable.code === 'NOPERM' ? grant(cluster, server) : `redis-cli -h ${server.address.host} -p ${server.address.port} INFO`,
      });
    },
  }),
  check({
    id: 'redis.eviction', group: 'redis', about: everyRedis,
    title: 'A full Redis does not throw out what the nodes say of themselves',
    why: 'A sign of life that is evicted makes its node disappear for the others, and alerts go out twice.',
    fix: 'Set maxmemory-policy noeviction (or volatile-lru) on that Redis, or give alerting one of its own.',
    judge: ({ server }) => (server.purpose !== 'alerting' ? undefined : withInfo(server, ({ maxMemory, evictionPolicy }) => (maxMemory === 0 || !evicting.test(evictionPolicy)
      ? passed(maxMemory === 0 ? 'no limit' : evictionPolicy)
      : warned({
        code: 'evicting',
        found: `${formatAddress(server.address)} has maxmemory-policy ${evictionPolicy}`,
        expected: 'noeviction',
        hint: `redis-cli -h ${server.address.host} -p ${server.address.port} CONFIG SET maxmemory-policy noeviction`,
      })))),
  }),
  check({
    id: 'redis.prefix', group: 'redis', about: wholeCluster,
    title: 'Nobody else uses the prefix in Redis',
    why: 'Two clusters under one prefix count each other as members: alerts wait for nodes that never send them, and silences cross.',
    fix: 'Give each cluster a prefix of its own under [redis] of its cluster file, and push; all nodes then change together.',
    judge: (_, scene) => judgePrefix(scene),
  }),
];

/** `judge` where a Redis told of itself; a Sentinel is asked other things. */
function withInfo<Result>(server: RedisServer, judge: (info: RedisInfo) => Result): Result | Skipped | undefined {
  if (server.purpose === 'sentinel') return undefined;
  if (server.state === undefined) return noSession(server);
  return server.state.info === undefined ? skipped('this user may not ask for INFO') : judge(server.state.info);
}

function noSession({ session }: RedisServer): Skipped {
  return skipped(!session.ok && session.code === 'not-tried' ? session.said : 'Redis gave no session');
}

function judgeKind({ cluster: isCluster, sentinel }: RedisInfo, server: RedisServer, { redis }: Pick<Cluster, 'redis'>) {
  const found = sentinel ? 'sentinel' : isCluster ? 'cluster' : 'single';
  const wanted = server.purpose === 'live' ? 'single' : redis?.kind === 'cluster' ? 'cluster' : 'single';
  if (found === wanted) return passed(found);
  return failed({
    code: found,
    found: `${formatAddress(server.address)} is ${found === 'single' ? 'a single Redis' : found === 'sentinel' ? 'a Sentinel' : 'part of a Redis Cluster'}`,
    expected: wanted === 'single' ? 'a single Redis' : 'a Redis Cluster',
    hint: server.purpose === 'live' ? 'address = HOST:PORT under [live] of the cluster file' : `kind = ${found} under [redis] of the cluster file`,
  });
}

function sectionOf({ purpose }: RedisServer): 'redis' | 'live' {
  return purpose === 'live' ? 'live' : 'redis';
}

function grant({ redis, live }: Cluster, { purpose }: RedisServer): string {
  const prefix = purpose === 'live' ? live?.prefix : redis?.prefix;
  const user = purpose === 'live' ? 'default' : redis?.username ?? 'default';
  return `redis-cli ACL SETUSER ${user} '~${prefix}*' '&${prefix}*' +@read +@write +@pubsub +@connection +info`;
}

