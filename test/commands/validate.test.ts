import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { validate, type ValidateOptions } from '../../src/commands/validate.ts';
import { ExitCode } from '../../src/errors.ts';
import type { DatabaseSession } from '../../src/world/database.ts';
import { type FakeNode, type FakeProgram, type FakeWorld, fakeWorld } from '../fake-world.ts';
import { framed } from '../framed.ts';
import { sampleNodeFacts, samplePath } from '../sample.ts';

const clusterFile = '[cluster]\nroot_url = https://grafana.example.com/\n[nodes]\ngraf-a = ops@10.0.0.11\ngraf-b = ops@10.0.0.12\n[database]\ntype = postgres\nhost = db.example.com:5432\npassword = env:PW\n';

/** Answers the three questions as a fresh Debian host would. */
function debianNode(own: string, peer: string): FakeNode {
  const config = '/etc/grafana/grafana.ini';
  const service = framed({ system: 'debian 12', host: own, clock: String(Date.parse('2027-01-04T10:00:00Z') / 1000), systemd: 'yes', unit: `LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nExecStart={ path=/x ; argv[]=/x server --config=${config} ; ignore_errors=no ; }\nWorkingDirectory=/usr/share/grafana\n` });
  const found = framed({ home: '/usr/share/grafana', defaults: sampleNodeFacts().defaults!, config, real: config, text: '; nothing yet\n', [`file-owner ${config}`]: 'root:grafana 640\n', [`file-hash ${config}`]: `${'a'.repeat(64)}\n`, 'file-system': 'ext2/ext3', version: 'Version 12.2.0 (commit: a)', packages: 'grafana install installed\n', routes: `${peer} 10.0.0.1 dev eth0 src ${own}\n`, 'bundle-path': '/etc/ssl/ca.pem', bundle: 'PEM' });
  return {
    dial: () => new PassThrough(),
    run: (script) => ({ stdout: script.includes('os-release') ? service : script.includes('defaults.ini') ? found : '' }),
  };
}

const session: DatabaseSession = { query: async () => [{ version: '16.4', client: '10.0.0.11', tables: 0, foreign_owned: 0, known: '', done: true }], close: async () => {} };
const sound: FakeProgram = {
  files: { '/work/grafana-ha.ini': clusterFile },
  env: { PW: 's3cret-pw' },
  nodes: { 'graf-a': debianNode('10.0.0.11', 'graf-b'), 'graf-b': debianNode('10.0.0.12', 'graf-a') },
  lookup: async () => ['203.0.113.7'],
  // No Grafana answers yet.
  request: async () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
  probeTls: async () => { const { tls } = samplePath(); return tls.ok ? tls.facts : { offered: false }; },
  open: async () => session,
};
const run = async (program: FakeProgram = {}, options: ValidateOptions = {}): Promise<{ exitCode: ExitCode; world: FakeWorld }> => {
  const world = fakeWorld({ ...sound, ...program });
  return { exitCode: await validate(world, options), world };
};

describe('validate', () => {
  it('passes a sound cluster, prints one report and closes what it opened', async () => {
    const { exitCode, world } = await run();
    expect(world.printed.join('')).toMatch(/0 failed · \d+ passed · \d+ skipped · 0 s · exit 0$/);
    expect(exitCode).toBe(ExitCode.Done);
    expect(world.printed).toHaveLength(1);
    expect(world.closed.toSorted()).toEqual(['graf-a', 'graf-b']);
  });

  it('ends with 3 when something is not as it should be, unless that is accepted', async () => {
    const broken: FakeProgram = { probeTls: async () => ({ offered: false }) };
    const { exitCode, world } = await run(broken);
    expect(exitCode).toBe(ExitCode.NotAsItShouldBe);
    expect(world.printed.join('')).toContain('Again    grafana-ha validate --only database.tls');
    expect((await run(broken, { ignore: 'database.tls' })).exitCode).toBe(ExitCode.Done);
    expect((await run(broken, { only: 'node.*' })).exitCode).toBe(ExitCode.Done);
  });

  it('hides the password even when the server repeats it', async () => {
    const open: FakeProgram['open'] = async () => { throw Object.assign(new Error('no login for grafana:s3cret-pw@db'), { code: 'XX000' }); };
    for (const json of [true, false]) {
      const { world } = await run({ open }, { json });
      expect(world.printed.join('')).toContain('no login for grafana:[secret]@db');
      expect([...world.printed, ...world.noted].join('')).not.toContain('s3cret-pw');
    }
  });

  it('fails again once the day until which a finding is accepted has passed, and says so', async () => {
    const accepting = (until: string): FakeProgram => ({ probeTls: async () => ({ offered: false }), files: { '/work/grafana-ha.ini': `${clusterFile}[ignore]\ndatabase.tls = new certificate is ordered (until ${until})\n` } });
    expect((await run(accepting('2027-01-04'))).exitCode).toBe(ExitCode.Done);
    const { exitCode, world } = await run(accepting('2027-01-03'));
    expect(exitCode).toBe(ExitCode.NotAsItShouldBe);
    expect(world.printed.join('')).toContain('new certificate is ordered, until 2027-01-03: that day has passed');
  });

  it('explains checks without looking at anything, not even at the cluster file', async () => {
    const world = fakeWorld();
    expect(await validate(world, { explain: 'database.login,gossip.*' })).toBe(ExitCode.Done);
    expect(world.printed.join('')).toMatch(/database\.login\n +means +The database accepts.*gossip\.address/s);
    await expect(validate(fakeWorld(), { explain: 'database.logn' })).rejects.toMatchObject({ hint: '--explain database.login', exitCode: ExitCode.WrongUsage });
  });

  it('gives the results as JSON', async () => {
    const { world } = await run({}, { json: true });
    expect(JSON.parse(world.printed.join(''))).toMatchObject({ cluster: 'grafana', results: expect.arrayContaining([expect.objectContaining({ check: 'node.ssh', node: 'graf-a', outcome: 'passed' })]) as unknown });
  });

  it.each<[string, FakeProgram, ValidateOptions, RegExp]>([
    ['there is no cluster file', { files: {} }, {}, /no cluster file \/work\/grafana-ha.ini/],
    ['the cluster file does not parse', { files: { '/work/grafana-ha.ini': `${clusterFile}[databse]\n` } }, {}, /grafana-ha.ini:\d+: /],
    ['no check has that id', {}, { only: 'database.lgoin' }, /no check "database.lgoin"/],
    ['--ignore names nothing', {}, { ignore: ',' }, /--ignore names no check/],
    ['--db-password holds a password', {}, { dbPassword: 's3cret' }, /^--db-password: this is not a source of a secret/],
    ['no node has that name', {}, { nodes: ['graf-x'] }, /names no node "graf-x"/],
  ])('ends with 2 when %s', async (_, program, options, message) => {
    await expect(run(program, options)).rejects.toMatchObject({ exitCode: ExitCode.WrongUsage, message: expect.stringMatching(message) as unknown });
  });

  it('looks at the named nodes alone', async () => {
    const { world } = await run({}, { nodes: ['graf-b'], json: true });
    expect(world.closed).toEqual(['graf-b']);
  });

  it('takes the password from where the flag says', async () => {
    const { exitCode } = await run({ env: { OTHER: 'x' } }, { dbPassword: 'env:OTHER' });
    expect(exitCode).toBe(ExitCode.Done);
  });
});
