import { describe, expect, it } from 'vitest';
import { adoptionsOf } from '../../src/plan/adopt.ts';
import type { NodeOutcome } from '../../src/plan/node-outcome.ts';
import type { Change, NodePlan, Plan } from '../../src/plan/plan.ts';
import { sampleCluster, sampleConfig, sampleNodeFacts } from '../sample.ts';

const cluster = sampleCluster();
const theirs = (section: string, key: string): Change => ({ section, key, before: { kind: 'unset' }, after: { kind: 'unset' }, theirs: { kind: 'unset' } });

/** Nodes on which somebody wrote these lines; the settings of each are told apart by a dot. */
function edited(lines: Readonly<Record<string, string>>, changed: readonly string[], base: readonly string[] = []) {
  const names = Object.keys(lines);
  const split = (setting: string) => [setting.slice(0, setting.lastIndexOf('.')), setting.slice(setting.lastIndexOf('.') + 1)] as const;
  const plan: Plan = { kind: 'roll', moved: [], founder: '', nodes: names.map((name): NodePlan => ({ name, changes: changed.map((setting) => theirs(...split(setting))), files: [], overridden: [], running: true, action: 'restart' })) };
  const outcomes = names.map((name): NodeOutcome => ({
    node: cluster.nodes.find((one) => one.name === name)!, facts: sampleNodeFacts({ config: sampleConfig(lines[name]!) }), files: [],
    settings: base.map((setting) => ({ section: split(setting)[0], key: split(setting)[1], isBase: true, wanted: { kind: 'text', text: '' } })),
    merged: { text: '', differing: [], outlooks: [], secretFiles: new Map() },
  }));
  const { adopted, refused } = adoptionsOf(plan, outcomes, cluster);
  return [...adopted.map(({ place, section, key, value }) => `${place} [${section}] ${key} = ${value}`), ...refused];
}

describe('what is taken over from a node', () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    ['the URL, and what follows from it', '[server]\nroot_url = https://x/\ndomain = x\n', ['server.root_url', 'server.domain'], ['cluster file [cluster] root_url = https://x/']],
    ['the host of the database', '[database]\nhost = new:5432\n', ['database.host'], ['cluster file [database] host = new:5432']],
    ['the label of the mesh', '[unified_alerting]\nha_label = other\n', ['unified_alerting.ha_label'], ['cluster file [alerting] label = other']],
    ['the address that peers reach, of this node alone', '[unified_alerting]\nha_advertise_address = 10.9.9.9:9094\nha_listen_address = 10.9.9.9:9094\n', ['unified_alerting.ha_advertise_address', 'unified_alerting.ha_listen_address'], ['cluster file [node.graf-a] gossip_address = 10.9.9.9:9094']],
  ])('%s', (_, lines, changed, expected) => {
    expect(edited({ 'graf-a': lines }, changed)).toEqual(expected);
  });

  it('a setting of the ini that every node gets goes back there, and so does one that was taken away', () => {
    expect(edited({ 'graf-a': '[users]\ndefault_theme = light\n' }, ['users.default_theme', 'users.home_page'], ['users.default_theme', 'users.home_page'])).toEqual(['base [users] default_theme = light', 'base [users] home_page = undefined']);
  });

  it.each<[string, string, string, RegExp]>([
    ['a secret', '[security]\nsecret_key = x\n', 'security.secret_key', /is a secret/],
    ['what was taken away', '', 'server.root_url', /was taken away/],
    ['what follows from the cluster file', '[unified_alerting]\nha_peers = x:1\n', 'unified_alerting.ha_peers', /has no key for it/],
  ])('%s is refused by name', (_, lines, changed, words) => {
    expect(edited({ 'graf-a': lines }, [changed])).toEqual([expect.stringMatching(words) as string]);
  });

  it('two nodes that say different things are refused, the same is taken once', () => {
    const say = (url: string): string => `[server]\nroot_url = ${url}\n`;
    expect(edited({ 'graf-a': say('https://x/'), 'graf-b': say('https://x/') }, ['server.root_url'])).toHaveLength(1);
    expect(edited({ 'graf-a': say('https://x/'), 'graf-b': say('https://y/') }, ['server.root_url'])).toContainEqual('graf-a and graf-b say different things: [cluster] root_url = https://x/ and https://y/');
  });
});
