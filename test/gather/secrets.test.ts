import { describe, expect, it } from 'vitest';
import { Secret, type SecretSource } from '../../src/cluster/secret.ts';
import { UserError } from '../../src/errors.ts';
import { heldDatabasePasswords, resolveDatabasePassword, resolveSecret } from '../../src/gather/secrets.ts';
import { type FakeProgram, fakeWorld } from '../fake-world.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleNodeFacts } from '../sample.ts';

const question = { what: 'the password', flag: '--db-password', held: [] };
const resolve = async (source: SecretSource, program: FakeProgram = {}, held: readonly { node: string; secret: Secret }[] = []): Promise<string> => {
  const found = await resolveSecret(source, { ...question, held }, fakeWorld(program));
  return found.ok ? found.secret.reveal() : `${found.missing} | ${found.hint}`;
};

describe('fetching a secret', () => {
  it.each<[string, SecretSource, FakeProgram, string]>([
    ['a variable', { kind: 'env', name: 'PW' }, { env: { PW: 's3cret' } }, 's3cret'],
    ['a variable that is not set', { kind: 'env', name: 'PW' }, {}, 'the password is missing: PW is not set | export PW=…'],
    ['a file, without its last newline', { kind: 'file', path: '/work/pw' }, { files: { '/work/pw': ' s3cret \r\n' } }, ' s3cret '],
    ['a file that is not there', { kind: 'file', path: '/work/pw' }, {}, 'the password is missing: there is no file /work/pw | --db-password file:PATH'],
    ['an empty file', { kind: 'file', path: '/work/pw' }, { files: { '/work/pw': '\n' } }, 'the password is missing: /work/pw is empty | --db-password file:PATH'],
    ['a command', { kind: 'command', words: ['pass', 'grafana'] }, { run: async () => ({ stdout: 's3cret\n' }) }, 's3cret'],
    ['a command that prints nothing', { kind: 'command', words: ['pass', 'grafana'] }, { run: async () => ({ stdout: '' }) }, 'the password is missing: the command pass printed nothing | pass grafana'],
    ['a person', { kind: 'ask' }, { answers: ['s3cret'] }, 's3cret'],
    ['a person who is not there', { kind: 'ask' }, {}, 'the password is missing: there is no terminal to ask on | --db-password env:NAME'],
    ['nodes that have none, with a person there', { kind: 'nodes' }, { answers: ['s3cret'] }, 's3cret'],
    ['nodes that have none', { kind: 'nodes' }, {}, 'the password is missing: no node holds it yet | --db-password env:NAME'],
  ])('from %s', async (_, source, program, expected) => {
    expect(await resolve(source, program)).toBe(expected);
  });

  it('takes what the nodes agree on', async () => {
    const held = (...texts: string[]) => texts.map((text, index) => ({ node: `graf-${index}`, secret: new Secret(text) }));
    expect(await resolve({ kind: 'nodes' }, {}, held('one', 'one'))).toBe('one');
    expect(await resolve({ kind: 'nodes' }, {}, held('one', 'two'))).toBe('the password is missing: graf-0 and graf-1 hold different ones | --db-password ask');
  });

  it('asks for what no node has yet, and says so', async () => {
    const world = fakeWorld({ answers: ['s3cret'] });
    await resolveDatabasePassword(sampleCluster(), [], world);
    expect(world.questions).toEqual(['Database password of grafana at db.example.com:5432 (no node has it yet)']);
  });

  it('says why a command failed, and goes on', async () => {
    const cluster = sampleCluster();
    const world = fakeWorld({ run: async () => { throw new UserError('The command "pass" ended with 1: no such entry.', { hint: 'pass grafana' }); } });
    const password: SecretSource = { kind: 'command', words: ['pass', 'grafana'] };
    expect(await resolveDatabasePassword({ ...cluster, database: { ...cluster.database, password } }, [], world)).toEqual({
      ok: false, missing: 'the password of grafana at db.example.com:5432 is missing: The command "pass" ended with 1: no such entry.', hint: 'pass grafana',
    });
  });
});

describe('the database password on a node', () => {
  const held = (config: string, staged?: string): readonly string[] => {
    const secretFiles = new Map(staged === undefined ? [] : [['/etc/grafana/secrets/database_password', new Secret(staged)]]);
    const node = { ok: true, facts: sampleNodeFacts({ config: sampleConfig(config), secretFiles }) } as const;
    return heldDatabasePasswords(sampleCluster(), [sampleEntry('graf-a', { node })]).map(({ secret }) => secret.reveal());
  };
  const ours = '[database]\ntype = postgres\nhost = db.example.com:5432\nuser = grafana\n';

  it.each<[string, string, string | undefined, readonly string[]]>([
    ['is what its Grafana reads', `${ours}password = """a#b"""\n`, undefined, ['a#b']],
    ['is unquoted from the connection string', `${ours}password = """'a\\\\\\'b'"""\n`, undefined, ["a\\'b"]],
    ['is in the file that it refers to', `${ours}password = $__file{/etc/grafana/secrets/database_password}\n`, 'pw\n', ['pw']],
    ['is in the url that Grafana takes over the keys', '[database]\nurl = postgres://grafana:p%40w@db.example.com/grafana\ntype = mysql\n', undefined, ['p@w']],
    ['is the staged one while it still works on SQLite', '', 'pw\n', ['pw']],
    ['is not that of another database', '[database]\ntype = postgres\nhost = other:5432\nuser = grafana\npassword = other\n', undefined, []],
    ['is not that of another user', '[database]\ntype = postgres\nhost = db.example.com:5432\nuser = root\npassword = other\n', undefined, []],
  ])('%s', (_, config, staged, expected) => {
    expect(held(config, staged)).toEqual(expected);
  });
});
