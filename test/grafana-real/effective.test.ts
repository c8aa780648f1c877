import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { effectiveConfig, type EffectiveReading } from '../../src/grafana/effective-config.ts';
import { freePort } from '../lab/database/server-user.ts';
import { realHome } from '../lab/grafana/program.ts';
import { quiet, startGrafana } from './grafana-process.ts';
import { randomConfig, type RandomConfig } from './random-config.ts';

type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

const masked = '*********';
let home: string;
let folder: string;
let defaults: string;
/** What Grafana shows of nothing but its defaults: some it prints as URLs, some it fills in as it reads them. */
let baseline: Settings;
const figures = { started: 0, refused: 0, set: 0, compared: 0, masked: 0, filledIn: 0 };

beforeAll(async () => {
  home = (await realHome())!;
  folder = await mkdtemp(join(tmpdir(), 'grafana-ha-effective-'));
  defaults = await readFile(join(home, 'conf/defaults.ini'), 'utf8');
  await writeFile(join(folder, 'secret'), ' from the file # "\n');
  await mkdir(join(folder, 'empty'));
  const settings = await settingsOf({ file: '', environment: {}, words: [] }, 'first');
  if (typeof settings === 'string') throw new Error(settings);
  baseline = settings;
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  console.log(figures);
});

const argumentsOf = ({ words }: RandomConfig, name: string, port: number): readonly string[] =>
  [`cfg:default.paths.data=${join(folder, name)}`, `cfg:default.paths.logs=${join(folder, name)}`, `cfg:server.http_port=${port}`, ...quiet, ...words];

/** What Grafana shows, or its last words. */
async function settingsOf(config: RandomConfig, name: string, port?: number): Promise<Settings | string> {
  const chosen = port ?? await freePort('127.0.0.1', 0);
  if (name !== 'first') {
    await mkdir(join(folder, name));
    await cp(join(folder, 'first/grafana.db'), join(folder, name, 'grafana.db'));
  }
  const path = join(folder, `${name}.ini`);
  await writeFile(path, config.file);
  const grafana = await startGrafana({ home, port: chosen, words: [`--config=${path}`, ...argumentsOf(config, name, chosen)], environment: config.environment });
  try {
    if (grafana.lastWords !== undefined) return grafana.lastWords;
    const answer = await fetch(`http://127.0.0.1:${chosen}/api/admin/settings`, { headers: { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` } });
    return (await answer.json()) as Settings;
  } finally {
    await grafana.stop();
  }
}

/** Port and folder of a run are no one's settings. */
function placeless(text: string | undefined): string | undefined {
  return text?.replace(/localhost:\d+/, 'localhost:PORT').replace(/\/(first|run-\d+)\//, '/RUN/');
}

async function read(config: RandomConfig, words: readonly string[]): Promise<EffectiveReading> {
  const secret = await readFile(join(folder, 'secret'), 'utf8');
  return effectiveConfig({
    defaults, custom: config.file, arguments: words, hostName: hostname(),
    environment: Object.entries({ PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...config.environment }).map(([name, value]) => ({ name, value, origin: '' })),
    readFile: (path) => (path === join(folder, 'secret') ? secret : undefined),
  });
}

it.each(Array.from({ length: 20 }, (_, index) => index + 1))('random configuration %i: we read what Grafana uses', async (seed) => {
  const config = randomConfig(seed, join(folder, 'secret'));
  const port = await freePort('127.0.0.1', 0);
  const ours = await read(config, argumentsOf(config, `run-${seed}`, port));
  const theirs = await settingsOf(config, `run-${seed}`, port);
  if (!ours.ok) {
    figures.refused += 1;
    expect({ seed, theirs: typeof theirs }).toEqual({ seed, theirs: 'string' });
    return;
  }
  if (typeof theirs === 'string') throw new Error(theirs);
  figures.started += 1;
  const bare = effectiveConfig({ defaults, custom: '', readFile: () => undefined, hostName: hostname() });
  if (!bare.ok) throw new Error(bare.problem);
  for (const [section, settings] of ours.config.sections) {
    for (const [key, { raw }] of settings) {
      const shown = theirs[section]?.[key];
      if (shown === masked) { figures.masked += 1; continue; }
      figures.compared += 1;
      const isDefault = bare.config.sections.get(section)?.get(key)?.raw === raw;
      if (isDefault && baseline[section]?.[key] !== raw) figures.filledIn += 1;
      if (!isDefault) figures.set += 1;
      expect({ seed, section, key, value: shown }).toEqual({ seed, section, key, value: isDefault ? baseline[section]?.[key] : raw });
    }
  }
  // What Grafana asks for and nobody wrote is there, too: as in the baseline.
  const strangers = Object.entries(theirs).flatMap(([section, settings]) => Object.entries(settings).filter(([key]) => ours.config.sections.get(section)?.has(key) !== true).map(([key, value]) => ({ section, key, value: placeless(value) })));
  expect(strangers).toEqual(strangers.map(({ section, key }) => ({ section, key, value: placeless(baseline[section]?.[key]) })));
});
