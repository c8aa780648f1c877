import type { Cluster } from '../cluster/cluster.ts';
import { holdsFor, versionFacts } from '../grafana/versions.ts';
import { type Check, check, failed, passed } from './check.ts';
import { everyNode, wholeCluster } from './subjects.ts';

/** What a push needs before it can tell Grafana of a Redis. */
export const redisSourceChecks: readonly Check[] = [
  check({
    id: 'redis.version', group: 'redis', about: everyNode,
    title: 'This Grafana knows the kind of Redis that the cluster file names',
    why: 'An older one ignores the settings without a word: each node believes that it is alone, and sends everything.',
    fix: 'Bring Grafana to the version named, or change [redis] to what this one knows; with mode = gossip under [alerting] no Redis is needed.',
    judge: ({ facts: { grafana } }, { cluster }) => {
      const needed = neededFor(cluster);
      if (needed.length === 0 || grafana === undefined) return undefined;
      const lacking = needed.find(({ fact }) => !holdsFor(fact, grafana.version));
      return lacking === undefined ? passed(grafana.version) : failed({
        code: 'too-old',
        found: `Grafana ${grafana.version} does not know ${lacking.what}`,
        expected: `${lacking.fact.ranges[0].from} or newer`,
        hint: `${lacking.instead} of the cluster file, or a newer Grafana`,
      });
    },
  }),
  check({
    id: 'redis.credentials', group: 'redis', about: wholeCluster,
    title: 'The passwords for Redis are found',
    why: 'They are tried from every node, and written beside the config.',
    fix: 'Name a source that holds the password: env:NAME, file:PATH, command:WORDS, nodes or ask, as password under [redis] or [live] of the cluster file.',
    judge: (_, { facts: { local } }) => {
      const found = Object.values(local.redis ?? {});
      const missing = found.find(({ ok }) => !ok);
      if (found.length === 0) return undefined;
      return missing === undefined || missing.ok ? passed() : failed({ code: 'missing', found: missing.missing, expected: 'the password', hint: missing.hint });
    },
  }),
  check({
    id: 'redis.ca', group: 'redis', about: wholeCluster,
    title: 'The CA file of Redis is here',
    why: 'It is copied to the nodes, and Grafana does not start without the file that its config names.',
    fix: 'Put the PEM of the authority that signed the server beside the cluster file, and name it as ca_cert under [redis].',
    judge: (_, { cluster: { redis }, facts: { local } }) => {
      if (redis?.caCert === undefined || local.redisCa === undefined) return undefined;
      const expected = 'a PEM file with the certificate that signed the server';
      const hint = 'ca_cert = PATH under [redis] of the cluster file';
      if (!local.redisCa.ok) return failed({ code: 'missing', found: local.redisCa.missing, expected, hint });
      return local.redisCa.text.includes('-----BEGIN CERTIFICATE-----') ? passed(redis.caCert) : failed({ code: 'no-pem', found: `${redis.caCert} holds no certificate`, expected, hint });
    },
  }),
];

function neededFor({ alerting, redis }: Cluster) {
  if (alerting.mode !== 'redis' || redis === undefined) return [];
  return [
    { fact: versionFacts.redisAlerting, what: 'alerting over Redis', instead: 'mode = gossip under [alerting]' },
    ...(redis.tls ? [{ fact: versionFacts.redisTls, what: 'TLS to Redis', instead: 'tls = no under [redis]' }] : []),
    ...(redis.kind === 'cluster' ? [{ fact: versionFacts.redisCluster, what: 'a Redis Cluster', instead: 'kind = single under [redis]' }] : []),
    ...(redis.kind === 'sentinel' ? [{ fact: versionFacts.redisSentinel, what: 'Redis Sentinel', instead: 'kind = single under [redis]' }] : []),
  ];
}
