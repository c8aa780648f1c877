import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyCheck } from '../src/checks/every-check.ts';
import { problems, type Shown } from './problems.ts';

const shown = problems.filter((problem) => 'foundBy' in problem);
const ids = new Set(everyCheck.map(({ id }) => id));

/** Where a case begins: a test, a row of a table, the title of a fault; or where the tests end. */
const begins = /^\s*(?:it\b|\[['"`]|(?:\{ )?title: |\]\)\(|describe\b|(?:async )?function\b)/;

/** The lines of the case with that very title, and nothing of the next one. */
function caseOf({ file, test }: Shown): string {
  const lines = readFileSync(join(import.meta.dirname, file), 'utf8').split('\n');
  const isTitle = (line: string): boolean => ["'", '"', '`'].some((quote) => begins.test(line) && line.replace(begins, '').replace(/^\(?['"`]?/, '').startsWith(`${test}${quote}`));
  const starts = lines.flatMap((line, index) => (isTitle(line) ? [index] : []));
  expect({ file, test, cases: starts.length }).toEqual({ file, test, cases: 1 });
  const rest = lines.slice(starts[0]! + 1);
  const end = rest.findIndex((line) => begins.test(line));
  return [lines[starts[0]!], ...(end === -1 ? rest : rest.slice(0, end))].join('\n');
}

describe('of the forty problems', () => {
  it('none is left out', () => {
    expect(problems.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('all but a few are reproduced against the real thing, and these few say why not', () => {
    expect(shown.length).toBeGreaterThanOrEqual(34);
    expect(shown.filter(({ file }) => !/^(io|e2e|grafana-real)\//.test(file))).toEqual([]);
    expect(problems.filter((problem) => !('foundBy' in problem) && problem.reason.length < 20)).toEqual([]);
  });

  it.each(shown.map((problem) => [problem.number, problem.name, problem] as const))('%i, %s: is found in a test that says by what', (_, __, problem) => {
    const { foundBy } = problem;
    if ('check' in foundBy) expect(ids).toContain(foundBy.check);
    else expect(existsSync(join(import.meta.dirname, '../src/push', `${foundBy.gate}.ts`))).toBe(true);
    expect(caseOf(problem)).toContain('check' in foundBy ? foundBy.check : foundBy.gate);
  });
});
