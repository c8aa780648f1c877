import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { UserError } from '../../src/errors.ts';
import type { Facts, NodeFacts } from '../../src/facts.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { PlanInput } from '../../src/plan/make-plan.ts';
import { nodeOutcomes } from '../../src/plan/node-outcome.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { reportPlan } from '../../src/report/report-plan.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleNode, sampleNodeFacts } from '../sample.ts';

const names = ['graf-a', 'graf-b', 'graf-c'] as const;
type Name = (typeof names)[number];
const cluster = sampleCluster({ nodes: names.map((name, index) => sampleNode(name, `10.0.0.1${index + 1}`)) });
const secrets = { databasePassword: new Secret("p'w#1"), secretKey: new Secret('the key of all') };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const fresh = (name: Name, change: Partial<NodeFacts> = {}): NodeFacts => {
  const own = `10.0.0.1${names.indexOf(name) + 1}`;
  return sampleNodeFacts({ addresses: [own], sourceAddresses: new Map(names.filter((peer) => peer !== name).map((peer) => [peer, own])), ...change });
};
const factsOf = (nodes: Readonly<Partial<Record<Name, NodeFacts>>>): Facts => ({
  nodes: names.flatMap((name) => (nodes[name] === undefined ? [] : [sampleEntry(name, { node: { ok: true, facts: nodes[name] } })])),
  local: { databasePassword: { ok: true, facts: secrets.databasePassword } },
  at: new Date('2027-01-04T10:00:00Z'),
});
const inputFor = (facts: Facts, change: Partial<PlanInput> = {}): PlanInput => ({
  cluster, facts, secrets, sha256, keyedHash: (node, hash) => sha256(`key of ${node} ${hash}`), fingerprint: (secret) => sha256(secret.reveal()).slice(0, 6), pending: new Set(), pushed: new Map(), ...change,
});

/** The node as a push leaves it. */
const pushed = (name: Name, change: Partial<NodeFacts> = {}): NodeFacts => {
  const facts = factsOf({ 'graf-a': fresh('graf-a'), 'graf-b': fresh('graf-b'), 'graf-c': fresh('graf-c') });
  const { merged } = nodeOutcomes(inputFor(facts)).find(({ node }) => node.name === name)!;
  return fresh(name, { config: sampleConfig(merged.text), secretFiles: merged.secretFiles, ...change });
};
const edited = (facts: NodeFacts, from: string, to: string): NodeFacts => ({ ...facts, config: sampleConfig(facts.config!.text.replace(from, to)) });
const stopped = (facts: NodeFacts): NodeFacts => ({ ...facts, service: { ...facts.service, active: false } });
const brief = (plan: Plan) => [plan.kind, plan.founder, ...plan.nodes.map(({ name, action }) => `${name} ${action}`)];
const oldUrl = (facts: NodeFacts) => edited(facts, 'https://grafana.example.com/', 'https://old.example.com/');
const beside = (facts: NodeFacts) => edited(facts, 'ha_label = prod', 'ha_label = prod\nha_redis_address = redis:6379\nha_redis_prefix = old');
const otherHost = (facts: NodeFacts) => edited(facts, 'db.example.com', 'old.example.com');

const [a, b, c] = [pushed('graf-a'), pushed('graf-b'), pushed('graf-c')];

describe('makePlan', () => {
  it.each<[string, string, string]>([['prefix', 'ha_redis_prefix = prod', 'ha_redis_prefix = old'], ['address', 'redis:6379', 'old:6379'], ['database', 'ha_redis_db = 3', 'ha_redis_db = 4']])('moves all to another %s in Redis, and no part of them', (_, now, before) => {
    const overRedis = { ...cluster, alerting: { mode: 'redis', port: 9094, label: 'prod' } as const, redis: { kind: 'single', addresses: [{ host: 'redis', port: 6379 }], db: 3, prefix: 'prod', tls: false } as const };
    const merged = nodeOutcomes(inputFor(factsOf({ 'graf-a': fresh('graf-a'), 'graf-b': fresh('graf-b'), 'graf-c': fresh('graf-c') }), { cluster: overRedis }));
    const nodes = Object.fromEntries(merged.map(({ node, merged: { text, secretFiles } }) => [node.name, edited(fresh(node.name as Name, { config: sampleConfig(text), secretFiles }), now, before)]));
    const plan = makePlan(inputFor(factsOf(nodes), { cluster: overRedis }));
    expect(brief(plan)).toEqual(['move', 'graf-a', 'graf-a restart', 'graf-b restart', 'graf-c restart']);
    expect(() => makePlan(inputFor(factsOf(nodes), { cluster: overRedis, chosen: ['graf-b'] }))).toThrow(UserError);
  });

  it.each<[string, Record<Name, NodeFacts>, readonly string[]]>([
    ['three that run on SQLite', { 'graf-a': fresh('graf-a'), 'graf-b': fresh('graf-b'), 'graf-c': fresh('graf-c') },
      ['move', 'graf-a', 'graf-a restart', 'graf-b restart', 'graf-c restart']],
    ['three that are stopped and fresh', { 'graf-a': stopped(fresh('graf-a')), 'graf-b': stopped(fresh('graf-b')), 'graf-c': stopped(fresh('graf-c')) },
      ['move', 'graf-a', 'graf-a start', 'graf-b start', 'graf-c start']],
    ['all as they should be', { 'graf-a': a, 'graf-b': b, 'graf-c': c },
      ['nothing', 'graf-a', 'graf-a none', 'graf-b none', 'graf-c none']],
    ['all right and one stopped', { 'graf-a': stopped(a), 'graf-b': b, 'graf-c': c },
      ['roll', 'graf-b', 'graf-a start', 'graf-b none', 'graf-c none']],
    ['all right and all stopped', { 'graf-a': stopped(a), 'graf-b': stopped(b), 'graf-c': stopped(c) },
      ['roll', 'graf-a', 'graf-a start', 'graf-b start', 'graf-c start']],
    ['another URL', { 'graf-a': oldUrl(a), 'graf-b': oldUrl(b), 'graf-c': oldUrl(c) },
      ['roll', 'graf-a', 'graf-a restart', 'graf-b restart', 'graf-c restart']],
    ['another URL and the last one stopped: it starts before a running one goes', { 'graf-a': oldUrl(a), 'graf-b': oldUrl(b), 'graf-c': stopped(oldUrl(c)) },
      ['roll', 'graf-a', 'graf-c start', 'graf-a restart', 'graf-b restart']],
    ['another database', { 'graf-a': otherHost(a), 'graf-b': otherHost(b), 'graf-c': otherHost(c) },
      ['move', 'graf-a', 'graf-a restart', 'graf-b restart', 'graf-c restart']],
    ['one that joins: the cluster runs on', { 'graf-a': a, 'graf-b': b, 'graf-c': fresh('graf-c') },
      ['roll', 'graf-a', 'graf-a none', 'graf-b none', 'graf-c restart']],
    ['another label', { 'graf-a': edited(a, 'ha_label = prod', 'ha_label = old'), 'graf-b': edited(b, 'ha_label = prod', 'ha_label = old'), 'graf-c': edited(c, 'ha_label = prod', 'ha_label = old') },
      ['move', 'graf-a', 'graf-a restart', 'graf-b restart', 'graf-c restart']],
    ['a Redis that wins over the label', { 'graf-a': beside(a), 'graf-b': beside(b), 'graf-c': beside(c) },
      ['move', 'graf-a', 'graf-a restart', 'graf-b restart', 'graf-c restart']],
    ['only the second on the database: it is the founder', { 'graf-a': fresh('graf-a'), 'graf-b': b, 'graf-c': fresh('graf-c') },
      ['roll', 'graf-b', 'graf-b none', 'graf-a restart', 'graf-c restart']],
    ['an old url that beats the right keys', { 'graf-a': edited(a, '[database]\n', '[database]\nurl = postgres://x:y@old/z\n'), 'graf-b': edited(b, '[database]\n', '[database]\nurl = postgres://x:y@old/z\n'), 'graf-c': c },
      ['roll', 'graf-c', 'graf-c none', 'graf-a restart', 'graf-b restart']],
  ])('%s', (_title, nodes, expected) => {
    expect(brief(makePlan(inputFor(factsOf(nodes))))).toEqual(expected);
  });

  it('restarts a node whose config an interrupted push changed', () => {
    expect(brief(makePlan(inputFor(factsOf({ 'graf-a': a, 'graf-b': b, 'graf-c': c }), { pending: new Set(['graf-b']) })))).toEqual(['roll', 'graf-a', 'graf-a none', 'graf-b restart', 'graf-c none']);
  });

  it.each([
    ['stopped', { active: false }, 'stopped'],
    ['still on what was before', { active: true, startedAt: 100 }, 'unread'],
    ['started', { active: true, startedAt: 300 }, 'started'],
  ] as const)('says what the push before left: %s', (_, { active, ...life }, left) => {
    const facts = { ...b, config: { ...b.config!, modified: 200 }, service: { ...b.service, active }, ...('startedAt' in life ? { running: { startedAt: life.startedAt, arguments: [], environment: new Map() } } : {}) };
    const plan = makePlan(inputFor(factsOf({ 'graf-a': a, 'graf-b': facts, 'graf-c': c }), { pending: new Set(['graf-b']) }));
    expect(plan.nodes.map((node) => [node.name, node.left])).toContainEqual(['graf-b', left]);
    expect(plan.nodes.filter((node) => node.left !== undefined)).toHaveLength(1);
  });

  it('names the nodes that are left out and are not as they should be', () => {
    const old = edited(b, 'root_url', ';root_url');
    expect(makePlan(inputFor(factsOf({ 'graf-a': a, 'graf-b': old, 'graf-c': c }), { chosen: ['graf-a'] })).behind).toEqual(['graf-b']);
    expect(makePlan(inputFor(factsOf({ 'graf-a': a, 'graf-b': b, 'graf-c': c }), { chosen: ['graf-a'] })).behind).toBeUndefined();
    expect(makePlan(inputFor(factsOf({ 'graf-a': a, 'graf-b': old, 'graf-c': c }))).behind).toBeUndefined();
  });

  it('refuses a part of a move, and takes a part of a roll', () => {
    const moving = factsOf({ 'graf-a': fresh('graf-a'), 'graf-b': fresh('graf-b'), 'graf-c': fresh('graf-c') });
    expect(() => makePlan(inputFor(moving, { chosen: ['graf-a', 'graf-b'] }))).toThrow(UserError);
    const rolling = factsOf({ 'graf-a': oldUrl(a), 'graf-b': oldUrl(b), 'graf-c': c });
    expect(brief(makePlan(inputFor(rolling, { chosen: ['graf-b'] })))).toEqual(['roll', 'graf-a', 'graf-b restart']);
  });

  it('leaves a password that is right as it is written', () => {
    const inline = edited(a, '$__file{/etc/grafana/secrets/database_password}', `"""p'w#1"""`);
    expect(makePlan(inputFor(factsOf({ 'graf-a': inline, 'graf-b': b, 'graf-c': c }))).kind).toBe('nothing');
  });

  it('writes a secret file anew when its content is wrong, and the config not at all', () => {
    const wrong = { ...a, secretFiles: new Map([...a.secretFiles, ['/etc/grafana/secrets/database_password', new Secret('other')] as const]) };
    const [node] = makePlan(inputFor(factsOf({ 'graf-a': wrong, 'graf-b': b, 'graf-c': c }))).nodes.filter(({ action }) => action !== 'none');
    expect(node).toMatchObject({ name: 'graf-a', action: 'restart', files: [{ what: 'secret', path: '/etc/grafana/secrets/database_password', owner: 'root:grafana', mode: '0640' }] });
  });

  it('holds no secret and no plain hash of one', () => {
    const facts = factsOf({ 'graf-a': edited(fresh('graf-a'), '', '[database]\nurl = postgres://u:0ldpw@h/d\n'), 'graf-b': fresh('graf-b'), 'graf-c': fresh('graf-c') });
    const text = JSON.stringify(makePlan(inputFor(facts)));
    for (const secret of [secrets.databasePassword, secrets.secretKey, new Secret('0ldpw')]) {
      expect(text).not.toContain(secret.reveal());
      expect(text).not.toContain(sha256(`${secret.reveal()}\n`));
    }
  });

  it('refuses what an environment variable overrides', () => {
    const shadowed = { ...a, environment: [{ name: 'GF_DATABASE_HOST', value: new Secret('elsewhere:5432'), origin: '/etc/default/grafana-server:3' }] };
    expect(() => makePlan(inputFor(factsOf({ 'graf-a': shadowed, 'graf-b': b, 'graf-c': c })))).toThrow(/GF_DATABASE_HOST \(\/etc\/default\/grafana-server:3\)/);
  });

  it('says what decides a setting instead of the config, where the value is right', () => {
    const helped = { ...a, environment: [{ name: 'GF_DATABASE_HOST', value: new Secret('db.example.com:5432'), origin: '/etc/default/grafana-server:3' }] };
    const plan = makePlan(inputFor(factsOf({ 'graf-a': helped, 'graf-b': oldUrl(b), 'graf-c': c })));
    expect(plan.nodes.flatMap(({ overridden }) => overridden)).toEqual([{ section: 'database', key: 'host', value: { kind: 'text', text: 'db.example.com:5432' }, name: 'GF_DATABASE_HOST', place: '/etc/default/grafana-server:3' }]);
    expect(reportPlan(plan, (_, text) => text)).toContain('[database] host: db.example.com:5432, as GF_DATABASE_HOST (/etc/default/grafana-server:3) says, whatever the config says');
  });

  it('moves all when the second key changes', () => {
    const section = '[secrets_manager.encryption.secret_key.v1]\nsecret_key = SW2YcwTIb9zpOOhoPsMm\n';
    const newer = (facts: NodeFacts): NodeFacts => ({ ...facts, defaults: `${facts.defaults}\n${section}` });
    const plan = makePlan(inputFor(factsOf({ 'graf-a': newer(a), 'graf-b': newer(b), 'graf-c': newer(c) }), { secrets: { ...secrets, secretsManagerKey: new Secret('second') } }));
    expect([plan.kind, plan.moved]).toEqual(['move', ['[secrets_manager.encryption.secret_key.v1] secret_key']]);
    expect(plan.nodes[0]?.files.map(({ path }) => path)).toContain('/etc/grafana/secrets/secrets_manager_key');
    expect(plan.nodes[0]?.changes[0]?.before).toEqual({ kind: 'text', text: "Grafana's default" });
  });

  it('needs to know where every peer is', () => {
    expect(() => makePlan(inputFor(factsOf({ 'graf-a': fresh('graf-a'), 'graf-b': fresh('graf-b') }), { chosen: ['graf-a'] }))).toThrow(/graf-c/);
    // Those that gossip already know it.
    expect(makePlan(inputFor(factsOf({ 'graf-a': a, 'graf-b': b }), { chosen: ['graf-a'] })).behind).toEqual(['graf-c']);
  });
});
