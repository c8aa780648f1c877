import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { UserError } from '../../src/errors.ts';
import { encodeForDatabase } from '../../src/grafana/database-value.ts';
import { writeSetting } from '../../src/settings/write-setting.ts';
import { freePort } from '../lab/database/server-user.ts';
import { realHome } from '../lab/grafana/program.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { quiet, startGrafana } from './grafana-process.ts';
import { randomFrom } from './random-config.ts';

/** The kinds that were observed, one or more of each. */
const observed = [
  'gf#pass', 'gf;pass', '#lead', 'a"b', '"quoted"', 'a"""b', 'a`b', 'a=b', 'a&b', 'a?b', 'a@b', 'a:b/c', 'pässwörd€', "a'b", "'lead", 'a\\b', 'trail\\', 'a\tb', 'gf pass', '${HOME}', '$__env{HOME}', '%(user)s', '%(zzz)s',
];
const more = [
  ' lead', 'trail ', 'nb\u00a0sp', '%%', '%', '$$', '$', '{a}', '[a]', "'''", "\\'", '$__file{/etc/hostname}', '%(name)s', 'a sslmode=disable', 'ﬁ', '😀', '=', '# ; " \'', `${'long'.repeat(30)}`, '""" # x"""y',
];
/** The same twenty every time. */
const random = ((): readonly string[] => {
  const next = randomFrom(7);
  const letters = [...'ab7\'"`#;\\%$(){}=:@/?&[]<>|~^!*+-_., üß'];
  return Array.from({ length: 20 }, () => Array.from({ length: 4 + Math.floor(next() * 12) }, () => letters[Math.floor(next() * letters.length)]!).join(''));
})();

interface Try {
  readonly password: string;
  readonly form: 'inline' | 'file';
}

const tries: readonly Try[] = [...observed, ...more, ...random].flatMap((password) => [{ password, form: 'inline' }, { password, form: 'file' }] as const);
const version = '12.2.0';

describe('a password on PostgreSQL', () => {
  let lab: Lab;
  let home: string;
  let folder: string;
  beforeAll(async () => {
    home = (await realHome())!;
    folder = await mkdtemp(join(tmpdir(), 'grafana-ha-passwords-'));
    lab = await startLab({ strength: 'loopback', hosts: 1, databases: ['postgres'], grafana: 'stand-in' });
    // Each has its tables before the tries: a start then takes less than a second.
    for (const name of workers) {
      await lab.postgres!.createDatabase(name, name, 'first');
      expect(await start(name, 'first', 'password = first')).toBe('started');
    }
  });
  afterAll(async () => {
    await lab.stop();
    await rm(folder, { recursive: true });
  });

  const workers = ['one', 'two'];

  async function start(name: string, title: string, line: string): Promise<'started' | string> {
    const { host, port } = lab.postgres!;
    await mkdir(join(folder, title), { recursive: true });
    const config = join(folder, title, 'grafana.ini');
    await writeFile(config, `[database]\ntype = postgres\nhost = ${host}:${port}\nname = ${name}\nuser = ${name}\n${line}\n`);
    const httpPort = await freePort('127.0.0.1', 0);
    const paths = [`cfg:default.paths.data=${join(folder, title)}`, `cfg:default.paths.logs=${join(folder, title)}`];
    const grafana = await startGrafana({ home, port: httpPort, environment: {}, words: [`--config=${config}`, `cfg:server.http_port=${httpPort}`, ...paths, ...quiet] });
    await grafana.stop();
    return grafana.lastWords ?? 'started';
  }

  /** Writes it as a push does. */
  async function outcomeOf({ password, form }: Try, name: string, title: string): Promise<string> {
    const encoded = encodeForDatabase('password', password, 'postgres', version);
    if (!encoded.ok) return 'refused';
    try {
      const path = join(folder, `${title}-password`);
      const { value, file } = writeSetting({ section: 'database', key: 'password', wanted: { kind: 'secret', secret: new Secret(encoded.text), ...(form === 'file' ? { file: path } : {}) } });
      if (file !== undefined) await writeFile(file.path, file.content.reveal());
      await lab.postgres!.adminExec(`alter role ${name} password ${pg.escapeLiteral(password)}`);
      return await start(name, title, `password = ${value}`);
    } catch (error) {
      if (error instanceof UserError) return 'refused';
      throw error;
    }
  }

  it(`of ${tries.length / 2} kinds, inline and in a file, starts Grafana or is refused: there is no third outcome`, async () => {
    const outcomes: (Try & { readonly outcome: string })[] = [];
    const left = tries.map((one, index) => ({ ...one, title: `try-${index}` }));
    await Promise.all(workers.map(async (name) => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) outcomes.push({ password: next.password, form: next.form, outcome: await outcomeOf(next, name, next.title) });
    }));
    expect(outcomes.filter(({ outcome }) => outcome !== 'started' && outcome !== 'refused')).toEqual([]);
    const count = (wanted: string): number => outcomes.filter(({ outcome }) => outcome === wanted).length;
    console.log({ tries: outcomes.length, started: count('started'), refused: count('refused'), refusedOnes: [...new Set(outcomes.filter(({ outcome }) => outcome === 'refused').map(({ password, form }) => `${form} ${password}`))] });
    expect(count('started')).toBeGreaterThan(outcomes.length / 2);
  });
});
