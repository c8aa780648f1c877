import { counted } from '../cluster/counted.ts';
import type { LintFinding } from '../grafana/lint-finding.ts';
import type { Paint } from '../world.ts';
import type { LintedFile } from './lint-json.ts';

export interface LintScreen {
  readonly files: readonly LintedFile[];
  readonly version: string;
  readonly exitCode: number;
  readonly paint: Paint;
}

/** Findings as a person reads them: by file and line, with what to type, and one line of sums. */
export function reportLint({ files, version, exitCode, paint }: LintScreen): string {
  const blocks = files.flatMap(({ file, findings }) => (findings.length === 0
    ? [`${paint('green', '✔')} ${file}`]
    : findings.map((finding) => block(file, finding, paint))));
  return [...blocks, summary(files, version, exitCode)].join('\n\n');
}

function block(file: string, { id, weight, line, section, key, found, expected, hint }: LintFinding, paint: Paint): string {
  const mark = weight === 'error' ? paint('red', '✖') : paint('yellow', '!');
  const setting = key === '' ? '' : `  [${section}] ${key}`;
  return [
    `${mark} ${paint('bold', line === undefined ? file : `${file}:${line}`)}${setting}  ${paint('dim', id)}`,
    `  found     ${found}`,
    `  expected  ${expected}`,
    `  type      ${paint('cyan', hint)}`,
  ].join('\n');
}

/** Such as `2 findings in 1 of 3 files · Grafana 12.2.0 · exit 3`. */
function summary(files: readonly LintedFile[], version: string, exitCode: number): string {
  const count = files.reduce((sum, { findings }) => sum + findings.length, 0);
  const touched = files.filter(({ findings }) => findings.length > 0).length;
  const said = count === 0 ? 'nothing found' : `${counted(count, 'finding')} in ${touched} of ${counted(files.length, 'file')}`;
  return [said, `Grafana ${version}`, `exit ${exitCode}`].join(' · ');
}
