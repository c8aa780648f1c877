import { editText } from '../ini/edit.ts';
import type { Change } from '../ini/edit.ts';
import { grafanaDialect } from './grafana-dialect.ts';
import { holdingSection } from './interpolate.ts';

/** Makes changes in a Grafana config; every byte that is not an edited value stays. Throws UserError when Grafana could not read the text. */
export function editIni(text: string, changes: readonly Change[]): string {
  return editText(text, changes, grafanaDialect);
}

/**
 * The section that Grafana would write into instead: it puts a key of `[a.b]` that only `[a]` has into `[a]`
 * (loadSpecifiedConfigFile). `sections`: what defaults.ini and the config have. Undefined: the write is safe.
 */
export function wouldClobberParent(sections: ReadonlyMap<string, ReadonlyMap<string, unknown>>, section: string, key: string): string | undefined {
  const holder = holdingSection(sections, section, key);
  return holder === section ? undefined : holder;
}
