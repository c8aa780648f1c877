import { alertingRules } from './lint-alerting.ts';
import { databaseRules } from './lint-database.ts';
import type { LintFinding } from './lint-finding.ts';
import { nameRules } from './lint-names.ts';
import { referenceRules } from './lint-references.ts';
import { serverRules } from './lint-server.ts';
import { lookAt, type LintInput } from './lint-sight.ts';
import { valueRules } from './lint-values.ts';
import { writingRules } from './lint-writing.ts';
import { defaultSection, scanIni } from './scan-ini.ts';

const everyRule = [...nameRules, ...writingRules, ...referenceRules, ...valueRules, ...databaseRules, ...alertingRules, ...serverRules];

/** What Grafana of this version would refuse or take otherwise than it was meant, by line; a text it cannot parse is one finding. */
export function lint(input: LintInput): readonly LintFinding[] {
  const { failure } = scanIni(input.text);
  if (failure !== undefined) return [unreadable(failure.line, failure.problem)];
  const sight = lookAt(input);
  const { effective } = sight;
  const stopped = effective.ok ? [] : [cannotStart(effective)];
  return [...stopped, ...everyRule.flatMap((rule) => rule(sight))].toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
}

function unreadable(line: number, problem: string): LintFinding {
  return {
    id: 'unreadable', weight: 'error', line, section: defaultSection, key: '',
    found: problem, expected: 'a file that Grafana can parse: it does not start with this one', hint: `mend line ${line}`,
  };
}

function cannotStart({ origin, line, problem }: { readonly origin: string; readonly line?: number; readonly problem: string }): LintFinding {
  return {
    id: 'cannot-start', weight: 'error', ...(line === undefined || origin === 'conf/defaults.ini' ? {} : { line }), section: defaultSection, key: '',
    found: `${origin}: ${problem}`, expected: 'a configuration that Grafana starts with', hint: line === undefined ? `mend ${origin}` : `mend line ${line}`,
  };
}
