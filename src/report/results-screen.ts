import { type Result, isFailure } from '../checks/run-checks.ts';
import { counted } from '../cluster/counted.ts';
import type { Paint } from '../world.ts';
import { peerMatrix } from './peer-matrix.ts';

export interface ResultsScreen {
  /** Such as `prod · 3 nodes · postgres db:5432/grafana · nothing is changed`. */
  readonly heading: string;
  /** Names of the nodes that were looked at. */
  readonly nodes: readonly string[];
  readonly results: readonly Result[];
  readonly seconds: number;
  readonly exitCode: number;
  readonly paint: Paint;
  /** What to type once the failures are mended; absent: the same checks once more. */
  readonly again?: string;
}

type Outcome = Result['judgement']['outcome'];

const marks: Readonly<Record<Outcome, string>> = { failed: '✖', warned: '!', skipped: '-', passed: '✔' };
const colours = { failed: 'red', warned: 'yellow', skipped: 'dim', passed: 'green' } as const;
/** Worst first: a cell of the table shows the worst of its results. */
const byWeight: readonly Outcome[] = ['failed', 'warned', 'skipped', 'passed'];

/** Results as a person reads them: a table of subjects and nodes, every finding with what to type, one line of sums. */
export function reportResults(screen: ResultsScreen): string {
  const { heading, results, paint } = screen;
  const findings = [...results.filter(isFailure), ...results.filter((result) => !isFailure(result))];
  const blocks = [heading, table(screen), peerMatrix(results, screen.nodes, paint), ...alike(findings).map((results) => block(results, paint)), ...skips(results, paint), summary(screen)];
  return blocks.filter((part) => part !== '').join('\n\n');
}

/** What is not as it should be though it stops nothing: warnings, and failures that are accepted. Empty: there is none. */
export function reportFindings(results: readonly Result[], paint: Paint): string {
  return alike(results).map((same) => block(same, paint)).join('\n\n');
}

function table({ nodes, results, paint }: ResultsScreen): string {
  const groups = [...new Set(results.map(({ group }) => group))].filter((group) => group !== 'cluster');
  if (nodes.length === 0 || groups.length === 0) return '';
  const first = Math.max(...groups.map((group) => group.length)) + 2;
  const widths = nodes.map((node) => Math.max(node.length, 3) + 2);
  const head = ' '.repeat(first) + nodes.map((node, index) => node.padEnd(widths[index]!)).join('');
  const rows = groups.map((group) => group.padEnd(first) + nodes.map((node, index) => {
    const outcome = worst(results.filter((result) => result.group === group && ((result.node ?? node) === node || result.peer === node)));
    const width = widths[index]!;
    const left = Math.floor((node.length - 1) / 2);
    return ' '.repeat(left) + (outcome === undefined ? ' ' : paint(colours[outcome], marks[outcome])) + ' '.repeat(width - left - 1);
  }).join('') + shared(results.filter((result) => result.group === group), nodes.length));
  return [head, ...rows].map((line) => line.trimEnd()).join('\n');
}

/** What a check found alike on every node, such as the version. */
function shared(results: readonly Result[], nodes: number): string {
  for (const check of new Set(results.map((result) => result.check))) {
    const details = results.flatMap(({ judgement, node, ...result }) => (result.check === check && node !== undefined && judgement.outcome === 'passed' ? [judgement.detail ?? ''] : []));
    if (details.length === nodes && details[0] !== '' && details.every((detail) => detail === details[0])) return details[0]!;
  }
  return '';
}

/** An accepted finding counts as a pass. */
function worst(results: readonly Result[]): Outcome | undefined {
  const outcomes = results.map(({ judgement, ignored }) => (ignored === undefined ? judgement.outcome : 'passed'));
  return byWeight.find((outcome) => outcomes.includes(outcome));
}

/** Of what is typed once a node. */
const mostHints = 3;

/** Findings that differ in nothing but the node are shown as one. */
function alike(findings: readonly Result[]): readonly (readonly Result[])[] {
  const groups = new Map<string, Result[]>();
  for (const result of findings) {
    const { judgement } = result;
    if (judgement.outcome !== 'failed' && judgement.outcome !== 'warned') continue;
    const key = JSON.stringify([result.check, judgement.outcome, judgement.found, judgement.expected, result.ignored, result.lapsed]);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()];
}

function block(results: readonly Result[], paint: Paint): string {
  const [{ check, judgement, ignored, lapsed } = results[0]!] = results;
  if (judgement.outcome !== 'failed' && judgement.outcome !== 'warned') return '';
  const labels = results.map(({ label }) => label).filter((label) => label !== '').join(', ');
  const hints = new Set(results.map(({ judgement: one }) => ('hint' in one ? one.hint : '')));
  return [
    `${paint(colours[judgement.outcome], marks[judgement.outcome])} ${paint('bold', check)}${labels === '' ? '' : `  ${labels}`}`,
    `  found     ${judgement.found}`,
    `  expected  ${judgement.expected}`,
    ...[...hints].slice(0, mostHints).map((hint, index) => `  ${index === 0 ? 'type    ' : '        '}  ${paint('cyan', hint)}`),
    ...(hints.size <= mostHints ? [] : [`            and alike on the ${hints.size - mostHints} others`]),
    ...(ignored === undefined ? [] : [`  accepted  ${ignored.why}${ignored.until === undefined ? '' : ` (until ${ignored.until})`}`]),
    ...(lapsed === undefined ? [] : [`  accepted  ${lapsed.why}, until ${lapsed.until}: that day has passed`]),
  ].join('\n');
}

/** One line a reason, however many checks it kept from looking. */
function skips(results: readonly Result[], paint: Paint): readonly string[] {
  const reasons = new Map<string, number>();
  for (const { judgement } of results) {
    if (judgement.outcome === 'skipped') reasons.set(judgement.missing, (reasons.get(judgement.missing) ?? 0) + 1);
  }
  return reasons.size === 0 ? [] : [[...reasons].map(([reason, count]) => paint('dim', `- ${count} skipped: ${reason}`)).join('\n')];
}

/** Such as `2 failed · 1 warning · 44 passed · 6 skipped`. */
export function countResults(results: readonly Result[]): string {
  const open = (outcome: Outcome): number => results.filter(({ judgement, ignored }) => judgement.outcome === outcome && ignored === undefined).length;
  const accepted = results.filter(({ ignored }) => ignored !== undefined).length;
  const warnings = open('warned');
  return [
    `${open('failed')} failed`,
    warnings === 0 ? '' : counted(warnings, 'warning'),
    `${open('passed')} passed`,
    open('skipped') === 0 ? '' : `${open('skipped')} skipped`,
    accepted === 0 ? '' : `${accepted} accepted`,
  ].filter((part) => part !== '').join(' · ');
}

function summary({ results, seconds, exitCode, again }: ResultsScreen): string {
  const failures = results.filter(isFailure);
  const ids = [...new Set(failures.map(({ check }) => check))].join(',');
  const accept = [...new Set(failures.map(({ check, node }) => (node === undefined ? check : `${check}@${node}`)))];
  return [
    `${countResults(results)} · ${seconds} s · exit ${exitCode}`,
    ...(failures.length === 0 ? [] : again === undefined
      ? [`Again    grafana-ha validate --only ${ids}`, `Why      grafana-ha validate --explain ${ids}`, `Accept   grafana-ha validate --ignore ${accept.join(',')}`]
      : [`Again    ${again}`, `Accept   under [ignore] of the cluster file: ${accept[0] ?? ''} = WHY`]),
  ].join('\n');
}
