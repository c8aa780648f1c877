import type { Result } from '../checks/run-checks.ts';
import type { UsedSetting } from './used-settings.ts';

/** The results as JSON text; ids, codes and outcomes are stable, words are not. */
export function resultsJson(clusterName: string, results: readonly Result[], settings?: readonly UsedSetting[]): string {
  return JSON.stringify({ cluster: clusterName, results: results.map(({ judgement, label, ...result }) => ({ ...result, ...(label === '' ? {} : { subject: label }), ...judgement })), settings }, null, 2);
}
