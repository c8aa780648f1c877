import { describe, expect, it } from 'vitest';
import { parseClusterFile } from '../../src/cluster/cluster-file.ts';

const base = `[cluster]
name = prod
root_url = https://grafana.example.com/
[nodes]
graf-a = 10.0.0.11
graf-b = 10.0.0.12
[database]
type = postgres
host = db
`;
const parse = (text: string) => parseClusterFile(`${base}${text}`, '/etc/ha');
const problems = (text: string): readonly string[] => {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.problems.map(({ line, problem }) => `${line ?? '-'} ${problem}`);
};

describe('how the nodes agree on who notifies', () => {
  it.each<[string, string, object]>([
    ['gossip where nothing is said', '', { alerting: { mode: 'gossip', port: 9094, label: 'prod' } }],
    ['off with a reason', '[alerting]\nmode = off\nreason = nobody is paged\n', { alerting: { mode: 'off', reason: 'nobody is paged', port: 9094, label: 'prod' } }],
    ['one Redis with the usual port', '[alerting]\nmode = redis\n[redis]\naddress = redis\n', {
      alerting: { mode: 'redis', port: 9094, label: 'prod' }, redis: { kind: 'single', addresses: [{ host: 'redis', port: 6379 }], db: 0, prefix: 'prod', tls: false },
    }],
    ['Sentinels', '[redis]\naddress = s1,s2:26380\nkind = sentinel\nmaster_name = mymaster\nusername = grafana\npassword = env:R\nsentinel_password = file:s\ndb = 3\nprefix = alerts\ntls = yes\nca_cert = ca.pem\n', {
      redis: {
        kind: 'sentinel', addresses: [{ host: 's1', port: 26379 }, { host: 's2', port: 26380 }], masterName: 'mymaster', username: 'grafana', password: { kind: 'env', name: 'R' },
        sentinelPassword: { kind: 'file', path: '/etc/ha/s' }, db: 3, prefix: 'alerts', tls: true, caCert: '/etc/ha/ca.pem',
      },
    }],
    ['Live on a Redis of its own', '[live]\nengine = redis\naddress = live:6380\nprefix = events\npassword = env:L\n', { live: { address: { host: 'live', port: 6380 }, prefix: 'events', password: { kind: 'env', name: 'L' } } }],
    ['Live on that of alerting', '[redis]\naddress = redis\npassword = env:R\nprefix = alerts\n[live]\nengine = redis\n', { live: { address: { host: 'redis', port: 6379 }, prefix: 'alerts', password: { kind: 'env', name: 'R' } } }],
  ])('reads %s', (_, text, expected) => {
    expect(parse(text)).toMatchObject({ ok: true, value: expected });
  });

  it.each<[string, string]>([
    ["the password of another user, which Live cannot log in as", '[redis]\naddress = redis\nusername = grafana\npassword = env:R\n[live]\nengine = redis\n'],
    ['the password of another server', '[redis]\naddress = redis\npassword = env:R\n[live]\nengine = redis\naddress = live\n'],
    ['a password without a Redis', '[live]\nengine = redis\naddress = live\n'],
  ])('does not give Live %s', (_, text) => {
    const parsed = parse(text);
    expect(parsed.ok && parsed.value.live).toEqual({ address: expect.anything(), prefix: 'prod' });
  });

  it.each<[string, string, string]>([
    ['off without a reason', '[alerting]\nmode = off\n', '- [alerting] reason is missing'],
    ['a reason without off', '[alerting]\nreason = why\n', '11 [alerting] reason: this is for mode = off'],
    ['another mode', '[alerting]\nmode = raft\n', '11 [alerting] mode: "raft" is none of gossip, redis, off'],
    ['Redis without [redis]', '[alerting]\nmode = redis\n', '- [redis] address is missing'],
    ['[redis] without an address', '[redis]\ndb = 1\n', '- [redis] address is missing'],
    ['a URL', '[redis]\naddress = redis://r:6379/0\n', '11 [redis] address: redis:// is a URL, not an address'],
    ['two addresses of one Redis', '[redis]\naddress = r1,r2\n', '11 [redis] address: 2 addresses were found, and a single Redis has one'],
    ['Sentinels without a name', '[redis]\naddress = s\nkind = sentinel\n', '- [redis] master_name is missing'],
    ['a name without Sentinels', '[redis]\naddress = r\nmaster_name = m\n', '12 [redis] master_name: this is for kind = sentinel'],
    ['a password of Sentinels without any', '[redis]\naddress = r\nsentinel_password = ask\n', '12 [redis] sentinel_password: this is for kind = sentinel'],
    ['another database of a cluster', '[redis]\naddress = r\nkind = cluster\ndb = 1\n', '13 [redis] db: a Redis Cluster has database 0 alone'],
    ['a database that is no number', '[redis]\naddress = r\ndb = one\n', '12 [redis] db: "one" is not the number of a database'],
    ['a prefix that stands for others', '[redis]\naddress = r\nprefix = prod*\n', '12 [redis] prefix: "prod*" is not a prefix for keys'],
    ['a password in clear', '[redis]\naddress = r\npassword = s3cret\n', '12 [redis] password: this is not a source of a secret'],
    ['a CA without TLS', '[redis]\naddress = r\nca_cert = ca.pem\n', '12 [redis] ca_cert: this is for tls = yes'],
    ['Live without an address', '[live]\nengine = redis\n', '- [live] address is missing'],
    ['Live on Sentinels', '[redis]\naddress = s\nkind = sentinel\nmaster_name = m\n[live]\nengine = redis\n', '- [live] address is missing'],
    ['Live on TLS, which it does not speak', '[redis]\naddress = r\ntls = yes\n[live]\nengine = redis\n', '- [live] address is missing'],
    ['an address of Live in memory', '[live]\naddress = r\n', '11 [live] address: this is for engine = redis'],
    ['a broken address once, though Live would share it', '[redis]\naddress = r:0\n[live]\nengine = redis\n', '11 [redis] address: port 0 is not a number from 1 to 65535'],
  ])('refuses %s', (_, text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });
});
