import type { LintFinding } from '../grafana/lint-finding.ts';

/** A setting as it was read, secrets hidden as asked. */
export interface LintedSetting {
  readonly raw: string;
  readonly value: string;
  /** Absent: no file says it. */
  readonly line?: number;
  /** The file as typed, or the variable. */
  readonly source: string;
}

export interface LintedFile {
  readonly file: string;
  /** `error`: why Grafana would not start. */
  readonly outcome: { readonly error: string } | { readonly sections: ReadonlyMap<string, ReadonlyMap<string, LintedSetting>> };
  readonly findings: readonly LintFinding[];
}

/** One file as one line of JSON; ids are stable, words are not. */
export function lintJson({ file, outcome, findings }: LintedFile): string {
  const found = findings.map(({ id, line, ...words }) => ({ id, line: line ?? null, ...words }));
  if ('error' in outcome) return JSON.stringify({ file, error: outcome.error, findings: found });
  const sections = [...outcome.sections].map(([name, settings]) =>
    [name, Object.fromEntries([...settings].map(([key, { raw, value, line, source }]) => [key, { raw, value, line: line ?? null, source }]))]);
  return JSON.stringify({ file, sections: Object.fromEntries(sections), findings: found });
}
