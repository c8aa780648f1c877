import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { confirmRestorePoint } from '../../src/push/restore-point.ts';
import { fakeWorld } from '../fake-world.ts';
import { sampleCluster } from '../sample.ts';

const change = { from: '12.1.0', to: '12.2.0' };
const asked = { backupExists: false, yes: false };

describe('before a start that changes tables in use', () => {
  it('a person is asked for a backup of the database, and no is the default', async () => {
    const yes = fakeWorld({ answers: [true] });
    expect(await confirmRestorePoint(change, sampleCluster(), asked, yes)).toBe(true);
    expect(yes.questions).toEqual([expect.stringMatching(/backup of the database, made before Grafana 12\.2\.0/)]);
    expect(await confirmRestorePoint(change, sampleCluster(), asked, fakeWorld({ answers: [undefined] }))).toBe(false);
  });

  it.each([
    ['--yes does not say that there is one', { ...asked, yes: true }, fakeWorldWithTerminal],
    ['and neither does a missing terminal', asked, () => fakeWorld()],
  ])('%s', async (_, options, world) => {
    await expect(confirmRestorePoint(change, sampleCluster(), options, world())).rejects.toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, hint: expect.stringContaining('--database-backup-exists') as string });
  });

  it.each([
    ['the flag says it', change, sampleCluster(), { backupExists: true, yes: true }],
    ['a hook makes one', change, sampleCluster({ hooks: { beforeMigration: ['./backup'] } }), { ...asked, yes: true }],
    ['no table changes', undefined, sampleCluster(), { ...asked, yes: true }],
  ] as const)('nobody is asked where %s', async (_, schema, cluster, options) => {
    expect(await confirmRestorePoint(schema, cluster, options, fakeWorld())).toBe(true);
  });
});

function fakeWorldWithTerminal() {
  return fakeWorld({ answers: [] });
}
