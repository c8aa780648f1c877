import { describe, expect, it } from 'vitest';
import { push } from '../../src/commands/push.ts';
import type { PushOptions } from '../../src/commands/push-options.ts';
import { rollback } from '../../src/commands/rollback.ts';
import type { RollbackOptions } from '../../src/commands/rollback.ts';
import { ExitCode, UserError } from '../../src/errors.ts';
import { fakeWorld } from '../fake-world.ts';
import { framed } from '../framed.ts';
import type { FakeNode } from '../fake-world.ts';

const clusterFile = (more = ''): string => `[cluster]\nname = prod\nroot_url = https://g.example.com/\n${more}[database]\ntype = postgres\nhost = db\n[nodes]\ngraf-a = ops@a\ngraf-b = ops@b\n`;
const plan = (change: object = {}): string => JSON.stringify({ format: 1, cluster: 'prod', salt: '00', keyed: true, nodes: [], ...change });
const worldWith = (files: Readonly<Record<string, string>> = {}, nodes: Readonly<Record<string, FakeNode>> = {}) =>
  fakeWorld({ files: { '/work/grafana-ha.ini': clusterFile(), '/work/plan.json': plan(), ...files }, nodes });
const refusal = (work: Promise<ExitCode>) => work.then((code) => { throw new Error(`ended with ${code}`); }, (error: unknown) => error);

describe('push, before it looks at a node', () => {
  it.each<[string, PushOptions, RegExp]>([
    ['a plan with other nodes', { plan: 'plan.json', nodes: ['graf-a'] }, /--plan and --nodes do not go together/],
    ['a plan that is to be saved once more', { plan: 'plan.json', savePlan: 'x.json' }, /--plan and --save-plan/],
    ['a plan without applying it', { plan: 'plan.json', dryRun: true }, /--plan and --dry-run/],
    ["a plan and hands' edits taken back", { plan: 'plan.json', overwrite: true }, /--plan and --overwrite/],
    ["hands' edits both ways", { adopt: true, overwrite: true }, /--adopt and --overwrite/],
    ['a plan that is not there', { plan: 'none.json' }, /There is no file none\.json/],
    ['a file that is no plan', { plan: 'grafana-ha.ini' }, /holds no plan/],
    ['the plan of another cluster', { plan: 'other.json' }, /for the cluster test, .* that of prod/],
    ['a plan that cannot be verified', { plan: 'unkeyed.json' }, /before every node had a key/],
  ])('refuses %s', async (_, options, words) => {
    const error = await refusal(push(worldWith({ '/work/other.json': plan({ cluster: 'test' }), '/work/unkeyed.json': plan({ keyed: false }) }), options));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ exitCode: ExitCode.WrongUsage, message: expect.stringMatching(words) as string });
  });

  it('refuses a cluster that another tool writes', async () => {
    expect(await refusal(push(worldWith({ '/work/grafana-ha.ini': clusterFile('push = never\n') }), {}))).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe });
  });
});

const record = (id: string, nodes: readonly string[]): Readonly<Record<string, string>> => ({ [`record ${id}`]: JSON.stringify({ id, command: 'push', kind: 'roll', who: 'ops', from: 'desk', since: '2027-01-04T10:00:00.000Z', nodes, files: {} }) });
const answering = (values: Readonly<Record<string, string>>): FakeNode => ({ run: () => ({ stdout: framed(values) }) });

describe('rollback', () => {
  const run = async (options: RollbackOptions, a: FakeNode, b: FakeNode) => {
    const world = worldWith({}, { 'graf-a': a, 'graf-b': b });
    return { code: await rollback(world, options), printed: world.printed.join('\n') };
  };

  it('lists what the nodes hold, the latest first, with what is gone', async () => {
    const ended = { audit: `${JSON.stringify({ id: '1', result: { 'graf-a': 'healthy', 'graf-b': 'restored' } })}\nbroken {\n` };
    const { code, printed } = await run({ list: true }, answering({ ...record('1', ['graf-a', 'graf-b']), ...record('2', ['graf-a', 'graf-b']), ...ended }), answering(record('1', ['graf-a', 'graf-b'])));
    expect(code).toBe(ExitCode.Done);
    expect(printed).toBe([
      'ID  what         who            when (UTC)        nodes                     result',
      '2   push (roll)  ops from desk  2027-01-04 10:00  graf-a, gone from graf-b  did not live to say',
      '1   push (roll)  ops from desk  2027-01-04 10:00  graf-a graf-b             graf-a healthy, graf-b restored',
    ].join('\n'));
  });

  it('says so when there is nothing', async () => {
    expect(await run({ list: true }, answering({}), answering({}))).toEqual({ code: ExitCode.Done, printed: 'No push left a backup on these nodes.' });
  });

  it('names a node that is not reached', async () => {
    const failure = { kind: 'unreachable', found: 'no route to b', hint: 'ssh b' } as const;
    expect(await refusal(rollback(worldWith({}, { 'graf-a': answering({}), 'graf-b': { failure } }), {}))).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, message: expect.stringContaining('graf-b: no route to b') as string });
  });

  it('refuses a cluster that another tool writes', async () => {
    expect(await refusal(rollback(worldWith({ '/work/grafana-ha.ini': clusterFile('push = never\n') }), {}))).toMatchObject({ exitCode: ExitCode.NotAsItShouldBe });
  });
});
