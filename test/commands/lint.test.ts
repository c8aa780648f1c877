import { describe, expect, it } from 'vitest';
import { lint, type LintOptions } from '../../src/commands/lint.ts';
import { ExitCode } from '../../src/errors.ts';
import { readCases } from '../conformance/cases.ts';
import { type FakeProgram, type FakeWorld, fakeWorld } from '../fake-world.ts';

interface Shown {
  readonly file: string;
  readonly error?: string;
  readonly sections?: Readonly<Record<string, Readonly<Record<string, { readonly raw: string; readonly value: string; readonly line: number | null; readonly source: string }>>>>;
  readonly findings: readonly { readonly id: string; readonly line: number | null; readonly section: string; readonly key: string }[];
}

const sound = '[server]\nhttp_port = 3001\n';
const run = async (program: FakeProgram, options: Partial<LintOptions> = {}): Promise<{ readonly exitCode: ExitCode; readonly world: FakeWorld }> => {
  const world = fakeWorld(program);
  return { exitCode: await lint(world, { files: ['a.ini'], ...options }), world };
};
const runJson = async (program: FakeProgram, options: Partial<LintOptions> = {}): Promise<readonly Shown[]> => {
  const { world } = await run(program, { ...options, json: true });
  return world.printed.join('').split('\n').map((line) => JSON.parse(line) as Shown);
};

describe('lint', () => {
  it('ends with 0 when nothing is found', async () => {
    const { exitCode, world } = await run({ files: { '/work/a.ini': sound } });
    expect(exitCode).toBe(ExitCode.Done);
    expect(world.printed).toEqual(['✔ a.ini\n\nnothing found · Grafana 13.2.0 · exit 0']);
  });

  it('ends with 3 and names file and line of what it finds', async () => {
    const { exitCode, world } = await run({ files: { '/work/a.ini': sound, '/work/b.ini': '\n[Database]\ntype = mysql\n' } }, { files: ['a.ini', 'b.ini'] });
    expect(exitCode).toBe(ExitCode.NotAsItShouldBe);
    expect(world.printed.join('')).toMatch(/^✔ a.ini\n\n! b.ini:2  unknown-section\n {2}found .*\n {2}expected {2}\[database\]\n {2}type .*\n\n1 finding in 1 of 2 files · Grafana 13.2.0 · exit 3$/);
  });

  it('reads a file as the version does that is named', async () => {
    const files = { '/work/a.ini': '[unified_alerting]\nha_label = prod\n' };
    expect((await run({ files })).exitCode).toBe(ExitCode.Done);
    expect((await run({ files }, { grafanaVersion: '9.4.3' })).exitCode).toBe(ExitCode.NotAsItShouldBe);
  });

  it('gives a line of JSON a file: what the file alone says', async () => {
    const shown = await runJson({ files: { '/work/a.ini': '[server]\ndomain = x\nroot_url = http://%(domain)s/\n' }, stdin: '[Server]\n' }, { files: ['a.ini', '-'] });
    expect(shown).toMatchObject([
      { file: 'a.ini', sections: { DEFAULT: {}, server: { domain: { raw: 'x', value: 'x', line: 2, source: 'a.ini' }, root_url: { raw: 'http://%(domain)s/', value: 'http://x/', line: 3, source: 'a.ini' } } }, findings: [] },
      { file: '-', sections: { Server: {} }, findings: [{ id: 'unknown-section', line: 1, section: 'Server', key: '' }] },
    ]);
  });

  it('says where each effective value comes from', async () => {
    const files = { '/work/a.ini': '[server]\nhttp_port = 3001\n', '/work/d.ini': '[server]\nprotocol = http\nhttp_port = 3000\ndomain = localhost\n' };
    const [shown] = await runJson({ files }, { defaults: 'd.ini', env: ['GF_SERVER_DOMAIN=a=b'] });
    expect(shown?.sections?.['server']).toEqual({
      protocol: { raw: 'http', value: 'http', line: 2, source: 'd.ini' },
      http_port: { raw: '3001', value: '3001', line: 2, source: 'a.ini' },
      domain: { raw: 'a=b', value: 'a=b', line: null, source: 'GF_SERVER_DOMAIN' },
    });
  });

  it('judges what the environment makes of it', async () => {
    const files = { '/work/a.ini': '[database]\nssl_mode = require\n', '/work/d.ini': '[database]\ntype = sqlite3\nhost = 127.0.0.1:3306\nssl_mode = disable\nca_cert_path =\n' };
    const [shown] = await runJson({ files }, { defaults: 'd.ini', env: ['GF_DATABASE_TYPE=mysql', 'GF_DATABASE_HOST=db:3306'] });
    expect(shown?.findings).toMatchObject([{ id: 'ssl-mode', line: 2 }]);
    const [other] = await runJson({ files }, { defaults: 'd.ini', env: ['GF_DATABASE_TYPE=mariadb'] });
    expect(other?.findings).toMatchObject([{ id: 'unknown-word', line: null, section: 'database', key: 'type' }]);
  });

  it('gives an error and a finding where Grafana would not start', async () => {
    const program: FakeProgram = { files: { '/work/a.ini': '[server]\nno delimiter\n', '/work/b.ini': '[server]\n[database]\npassword = $__file{/nowhere}\n', '/work/d.ini': '' } };
    expect(await runJson(program)).toMatchObject([{ file: 'a.ini', error: expect.stringContaining('line 2') as unknown, findings: [{ id: 'unreadable', line: 2 }] }]);
    const [shown] = await runJson(program, { files: ['b.ini'], defaults: 'd.ini' });
    expect(shown).toMatchObject({ error: expect.stringContaining('/nowhere') as unknown, findings: expect.arrayContaining([expect.objectContaining({ id: 'cannot-start', line: 3 })]) as unknown });
    expect(shown).not.toHaveProperty('sections');
  });

  it('loads every case of load.jsonl as Grafana does', async () => {
    for (const { input, expect: expected } of readCases<{ defaults: string; text: string; env: Record<string, string>; files: Record<string, string> }>('load')) {
      const files = { ...input.files, '/work/a.ini': input.text, '/work/d.ini': input.defaults };
      const [shown] = await runJson({ files }, { defaults: 'd.ini', env: Object.entries(input.env).map(([key, value]) => `${key}=${value}`), showSecrets: true });
      const sections = Object.entries(shown?.sections ?? {}).map(([name, settings]) => [name, Object.fromEntries(Object.entries(settings).map(([key, { raw, value }]) => [key, { raw, value }]))]);
      expect(shown?.error === undefined ? { sections: Object.fromEntries(sections) as unknown } : 'an error', JSON.stringify(input)).toEqual('error' in expected ? 'an error' : expected);
    }
  });

  it.each(['values', 'files'] as const)('reads every case of %s.jsonl, and never throws over its findings', async (set) => {
    for (const { input, expect: expected } of readCases<{ text: string }>(set)) {
      const [shown] = await runJson({ files: { '/work/a.ini': input.text } }, { showSecrets: true });
      expect(shown?.error !== undefined, JSON.stringify(input)).toBe('error' in expected);
    }
  });

  it('hides secrets, however they got where they are, unless they are asked for', async () => {
    const text = [
      '[database]', 'password = hunter2-secret', 'user = x%(password)s', 'passwrod = hunter2-secret', 'url = mysql://u:hunter2-secret@h:1/n',
      '[remote_cache]', 'connstr = addr=h:1,password=hunter2-secret', '[plugin.x]', 'api_token = hunter2-secret', 'endpoint = https://u:hunter2-secret@h/',
      '[security]', 'secret_key = $__file{/key}', '[smtp]', 'from_name = ${MAIL_PASSWORD}', '',
    ].join('\n');
    const program: FakeProgram = { files: { '/work/a.ini': text, '/work/d.ini': '', '/key': 'hunter2-secret' } };
    for (const options of [{}, { defaults: 'd.ini', env: ['MAIL_PASSWORD=hunter2-secret'] }]) {
      const [shown] = await runJson(program, options);
      expect(JSON.stringify(shown)).not.toContain('hunter2');
      expect(shown?.sections?.['database']?.['password']).toMatchObject({ raw: '[secret]', value: '[secret]', line: 2 });
      expect(JSON.stringify(await runJson(program, { ...options, showSecrets: true }))).toContain('hunter2-secret');
      expect((await run(program, options)).world.printed.join('')).not.toContain('hunter2');
    }
    const [own] = await runJson(program);
    expect(own?.sections?.['security']?.['secret_key']?.raw).toBe('$__file{/key}');
  });

  it.each<[string, Partial<LintOptions>, RegExp]>([
    ['a file is missing', { files: ['a.ini', 'none.ini'] }, /no file none.ini/],
    ['the defaults are missing', { defaults: 'none.ini' }, /no file none.ini/],
    ['the version is none', { grafanaVersion: 'latest' }, /latest is not a version/],
    ['a variable has no name', { defaults: 'a.ini', env: ['=x'] }, /--env takes KEY=VALUE/],
    ['a variable has no defaults to change', { env: ['A=x'] }, /needs --defaults/],
  ])('ends with 2 and prints nothing when %s', async (_, options, message) => {
    await expect(run({ files: { '/work/a.ini': sound } }, options)).rejects.toMatchObject({ exitCode: ExitCode.WrongUsage, message: expect.stringMatching(message) as unknown });
  });
});
