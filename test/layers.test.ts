import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const src = join(root, 'src');

/** Rooms from the top of the house down; an import may only go to a lower number, or stay in its room. */
const floors: Record<string, number> = {
  'cli.ts': -2, 'run-command.ts': -1, 'context.ts': 0, io: 1, commands: 2, wizard: 3, push: 3, verify: 3, gather: 4,
  report: 5, checks: 6, plan: 6, render: 6, settings: 7, grafana: 8, shell: 8, cluster: 9, ini: 10, 'errors.ts': 11,
};
/** `facts/` and `world/` hold what facts.ts and world.ts are made of. */
const isTypesOnly = (path: string): boolean => ['world.ts', 'facts.ts'].includes(path) || /^(facts|world)\//.test(path);
const pure = ['cluster', 'ini', 'grafana', 'shell', 'checks', 'settings', 'plan', 'render', 'report'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ path: name.split(sep).join('/'), text: readFileSync(join(src, name), 'utf8') }));

const imports: Import[] = files.flatMap(({ path, text }) =>
  [...text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/gm)].map((match) => ({
    from: path,
    to: resolve(path, (match[2] ?? match[3])!),
    typeOnly: match[1] !== undefined,
  })));

function resolve(from: string, to: string): string {
  // Named apart from our rooms: there is a package and a room called ini.
  if (!to.startsWith('.')) return `package ${to}`;
  return relative(src, join(src, from, '..', to)).split(sep).join('/');
}

const room = (path: string): string => path.split('/')[0]!;
const inside = (path: string): boolean => room(path) in floors || isTypesOnly(path);
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

describe('the house', () => {
  it('has only rooms that the design names', () => {
    expect(files.map(({ path }) => path).filter((path) => !inside(path))).toEqual([]);
  });

  it('imports one way only', () => {
    const wrong = imports
      .filter(({ to }) => inside(to) && !isTypesOnly(to))
      .filter(({ from }) => !isTypesOnly(from))
      .filter(({ from, to }) => room(from) !== room(to) && floors[room(from)]! >= floors[room(to)]!);
    expect(wrong).toEqual([]);
  });

  it('keeps work rooms from importing each other', () => {
    const workRooms = ['wizard', 'push', 'verify'];
    const wrong = imports.filter(({ from, to }) => workRooms.includes(room(from)) && workRooms.includes(room(to)) && room(from) !== room(to));
    expect(wrong).toEqual([]);
  });

  it('lets context.ts alone import the adapters', () => {
    expect(imports.filter(({ from, to }) => room(to) === 'io' && room(from) !== 'io' && from !== 'context.ts')).toEqual([]);
  });

  it('keeps world.ts and facts.ts free of anything that runs', () => {
    for (const { path, text } of files.filter(({ path }) => isTypesOnly(path))) {
      expect(imports.filter(({ from, typeOnly }) => from === path && !typeOnly)).toEqual([]);
      expect(withoutComments(text)).not.toMatch(/^export\s+(const|let|function|class|enum)\b/m);
    }
  });

  it.each(pure)('keeps %s pure', (name) => {
    for (const { path, text } of files.filter(({ path }) => room(path) === name)) {
      const code = withoutComments(text);
      expect({ path, found: /\basync\b|\bawait\b|\bprocess\.|\bDate\.now\b|new Date\(\)|Math\.random|\bsetTimeout\b/.exec(code)?.[0] }).toEqual({ path, found: undefined });
      const outside = imports.filter(({ from, to, typeOnly }) => from === path && !typeOnly && !inside(to)).map(({ to }) => to);
      expect({ path, outside: outside.filter((to) => !['package ini', 'package node:path/posix'].includes(to)) }).toEqual({ path, outside: [] });
    }
  });

  it('has no drawers, no barrels and no long files', () => {
    const drawer = /(^|\/)(utils?|helpers?|lib|core|common|types|index)(\/|\.ts$)/;
    expect(files.filter(({ path }) => drawer.test(path)).map(({ path }) => path)).toEqual([]);
    const lengths = files.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    expect(lengths.filter(({ lines }) => lines > 250)).toEqual([]);
  });
});
