import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { renderClusterFile } from '../../src/cluster/cluster-file-render.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { InitFlags } from '../../src/wizard/flags.ts';
import { makeCluster, sshOptions } from '../../src/wizard/make-cluster.ts';
import { answersOf } from '../../src/wizard/start-from-file.ts';
import { answered, nothingYet, type State } from '../../src/wizard/state.ts';
import { makeSteps } from '../../src/wizard/steps.ts';
import { walk } from '../../src/wizard/walk.ts';
import { arbitraryCluster } from '../cluster/arbitrary-cluster.ts';
import { example } from '../cluster/example.ts';
import { fakeWorld, type FakeProgram, type FakeWorld } from '../fake-world.ts';
import { sampleConfig, sampleNodeFacts } from '../sample.ts';

const live = ['nodes', 'sqlite', 'reach'];
const names = ['grafana-1', 'grafana-2'];

/** As it stands once the nodes of the file were looked at; they hold the password. */
const seen: State = answered({
  ...nothingYet,
  seen: {
    ...nothingYet.seen,
    nodes: new Map(names.map((name, index) => [name, sampleNodeFacts({
      sourceAddresses: new Map([['peer', `10.0.0.1${index + 1}`]]),
      secretFiles: new Map([['/etc/grafana/secrets/database_password', new Secret('s3cret')]]),
      config: sampleConfig(''),
    })])),
  },
}, { nodes: names.map((name, index) => ({ name, target: { text: `ops@10.0.0.1${index + 1}`, user: 'ops', host: `10.0.0.1${index + 1}` } })) });

async function run(program: FakeProgram, flags: Partial<InitFlags> = {}, text = example): Promise<{ world: FakeWorld; state: State; file: string }> {
  const world = fakeWorld({ lookup: async () => ['203.0.113.7'], files: { '/work/grafana-ha.ini': text }, ...program });
  const all: InitFlags = { file: 'grafana-ha.ini', output: 'rendered', ...flags };
  const state = await walk(makeSteps(world, all).filter(({ id }) => !live.includes(id)), seen, world, all.yes === true);
  return { world, state, file: renderClusterFile(makeCluster(state.answers, sshOptions(state.answers, all, world.files)), '/work') };
}

describe('init beside a cluster file', () => {
  it('offers every answer of the file on a terminal', async () => {
    const { world, file } = await run({ answers: ['postgres://grafana@db.example.com:5432/grafana?sslmode=verify-full', 'https://new.example.com', true, 'prod'] });
    expect(world.questions.map((question) => question.trim().slice(0, 8))).toEqual(['2 Databa', '3 URL pe', '5 Gossip', '6 Cluste']);
    expect(file).toBe(example.replace('https://grafana.example.com/', 'https://new.example.com/'));
  });

  it.each([[{}], [{ yes: true }]])('keeps it without a terminal, with %j', async (flags) => {
    const { world, file } = await run({}, flags);
    expect(world.questions).toEqual([]);
    expect(file).toBe(example);
  });

  it.each([
    [{ rootUrl: 'https://new.example.com' }, 'root_url = https://grafana.example.com/', 'root_url = https://new.example.com/'],
    [{ dsn: 'postgres://grafana@db2.example.com/grafana' }, 'host = db.example.com:5432', 'host = db2.example.com:5432'],
    [{ gossip: ['grafana-2=192.168.7.99'] }, 'gossip_address = 192.168.7.12:9094', 'gossip_address = 192.168.7.99:9094'],
    [{ sslMode: 'require' }, 'ssl_mode = verify-full', 'ssl_mode = require'],
    [{ pushNever: true }, 'root_url = https://grafana.example.com/\n', 'root_url = https://grafana.example.com/\npush = never\n'],
  ] as const)('changes only what a flag says: %j', async (flags, before, after) => {
    expect((await run({}, flags)).file).toBe(example.replace(before, after));
  });

  it('keeps the label of a cluster that gets another name: changing it would stop every node', async () => {
    expect((await run({}, { name: 'other' })).file).toMatch(/name = other\n[^]*\[alerting\]\nlabel = prod\n/);
  });

  it('refuses one that does not parse, with every problem and its line', async () => {
    await expect(run({}, {}, '[cluster]\nrooturl = x\n[nodez]\n')).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(/ini:2: .*rooturl[^]*ini:3: .*nodez/) });
  });

  it('loses nothing that a cluster file can say', () => {
    fc.assert(fc.property(arbitraryCluster, (cluster) => {
      const state = answered(nothingYet, { ...answersOf(cluster), nodes: cluster.nodes });
      expect(renderClusterFile(makeCluster(state.answers, cluster.ssh), '/work')).toBe(renderClusterFile(cluster, '/work'));
    }), { numRuns: 300 });
  });
});
