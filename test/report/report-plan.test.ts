import { describe, expect, it } from 'vitest';
import type { NodePlan, Plan } from '../../src/plan/plan.ts';
import { reportPlan, reportPlanShort } from '../../src/report/report-plan.ts';

const change = { section: 'server', key: 'root_url', before: { kind: 'unset' }, after: { kind: 'text', text: 'https://g.example.com/' } } as const;
const node = (name: string, changes: number, action: NodePlan['action'], running = true): NodePlan =>
  ({ name, changes: Array<typeof change>(changes).fill(change), overridden: [], files: [], action, running });
const plan = (kind: Plan['kind'], ...nodes: readonly NodePlan[]): Plan => ({ kind, moved: kind === 'move' ? ['[database] host'] : [], founder: 'graf-a', nodes });

describe('a plan', () => {
  it.each([
    [['[database] type', '[database] host'], 'because the database changes.'],
    [['[database] host', '[security] secret_key', '[unified_alerting] ha_label'], 'because the database, the secret_key and the gossip label change.'],
  ])('says why it is a move: %s', (moved, words) => {
    expect(reportPlan({ ...plan('move', node('graf-a', 2, 'restart'), node('graf-b', 2, 'restart')), moved }, (_, text) => text)).toContain(`All stop before the first starts, ${words}`);
  });
});

describe('a plan says', () => {
  const told = (change: Partial<Plan>, left?: NodePlan['left']): string =>
    reportPlan({ ...plan('roll', { ...node('graf-a', 1, 'restart'), ...(left === undefined ? {} : { left }) }, node('graf-b', 0, 'none')), ...change }, (_, text) => text);
  it.each([
    ['that tables change', told({ schema: { from: '12.1.0', to: '12.2.0' } }), /Grafana 12\.2\.0 changes the tables that 12\.1\.0 works with now: .* backup/],
    ['who stays behind', told({ behind: ['graf-b', 'graf-c'] }), /Incomplete: graf-b, graf-c stay as before/],
    ['who stays behind, with nothing to do', reportPlan({ ...plan('nothing', node('graf-a', 0, 'none')), behind: ['graf-b'] }, (_, text) => text), /^Nothing to change on these nodes\.\nIncomplete: graf-b stays/],
    ['what was left stopped', told({}, 'stopped'), /graf-a\n {2}left by the push before: new config, not started\n/],
    ['what was left running on the old', told({}, 'unread'), /still runs on the one before/],
    ['what was left starting', told({}, 'started'), /nobody saw it get healthy/],
  ])('%s', (_, text, words) => {
    expect(text).toMatch(words);
  });
});

describe('a plan in two lines', () => {
  it.each([
    [plan('nothing', node('graf-a', 0, 'none'), node('graf-b', 0, 'none')), /^Plan {4}nothing to change/],
    [plan('move', node('graf-a', 14, 'start', false), node('graf-b', 14, 'start', false)), /^Plan {4}14 settings a node, 2 starts, graf-a first, then one at a time, about 45 s\.\n {8}No Grafana is running here: nobody notices\.$/],
    [plan('move', node('graf-a', 2, 'restart'), node('graf-b', 2, 'restart')), /^Plan {4}2 settings a node, 2 restarts, .*\n {8}All stop before the first starts\. Users notice/],
    [plan('roll', node('graf-a', 0, 'none'), node('graf-b', 1, 'restart')), /^Plan {4}up to 1 setting a node, 1 restart, graf-b, about 15 s\.\n {8}Users notice nothing/],
  ])('says how much, in which order, how long and who notices', (what, words) => {
    expect(reportPlanShort(what)).toMatch(words);
  });
});
