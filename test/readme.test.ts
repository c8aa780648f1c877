import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseClusterFile } from '../src/cluster/cluster-file.ts';
import { keysOf, sectionNames } from '../src/cluster/cluster-file-schema.ts';
import { ExitCode } from '../src/errors.ts';
import { checkTable } from './check-table.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };

/** Rows of the table under a heading, each as its cells. */
function table(heading: string): readonly (readonly string[])[] {
  const part = readme.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const rows = part.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  return rows.slice(2);
}

/** Words in backquotes. */
const named = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

describe('the README', () => {
  it('shows a cluster file that parses', () => {
    const example = /```ini\n([\s\S]*?)```/.exec(readme)![1]!;
    expect(parseClusterFile(example, '/srv')).toMatchObject({ ok: true });
  });

  it('names every key of the cluster file', () => {
    const rows = table('The cluster file');
    const documented = new Set(rows.flatMap(([, keys]) => named(keys!)));
    const known = [...sectionNames, 'node.x'].flatMap((section) => keysOf(section) ?? []).filter((key) => key.length > 3 && key !== 'any');
    expect(known.filter((key) => !documented.has(key))).toEqual([]);
  });

  it('lists every check, in order, with its title', () => {
    expect(readme.split('\n## What is checked\n')[1]!.split('\n## ')[0]).toContain(`\n${checkTable}\n`);
  });

  it('lists every exit code', () => {
    expect(table('Exit codes').map(([code]) => Number(code)).sort()).toEqual(Object.values(ExitCode).sort());
  });

  it('says what every dependency is for', () => {
    expect(table('Built on').map(([name]) => /^\[([^\]]+)\]/.exec(name!)?.[1]).sort()).toEqual(Object.keys(dependencies).sort());
  });
});
