import { isSecretKey } from './catalogue-secrets.ts';
import { findExpanders } from './expanders.ts';
import { findReference } from './interpolate.ts';
import { type LintFinding, place } from './lint-finding.ts';
import type { LintRule, Sight, WrittenSetting } from './lint-sight.ts';

/** `%(…)s`, `${…}` and `$__…{…}` that bring nothing or too much. */
export const referenceRules: readonly LintRule[] = [
  (sight) => sight.written.flatMap((setting) => judgeSecret(setting)),
  (sight) => sight.written.flatMap((setting) => judgeExpander(setting)),
  judgeUnknownName,
];

/** A secret that holds what Grafana expands. */
function judgeSecret({ section, key, raw, line }: WrittenSetting): readonly LintFinding[] {
  if (!isSecretKey(section, key) || key === 'connstr' || key === 'url') return [];
  const about = { id: 'expanded-secret', weight: 'warning', line, section, key } as const;
  if (findExpanders(raw).some(({ whole }) => whole !== raw)) return [{ ...about, found: 'a secret with ${…} or $__…{…} in the middle: Grafana puts something else there', expected: 'a secret without it, or $__file{PATH} as the whole value', hint: `${key} = $__file{/etc/grafana/secrets/${key}}` }];
  return findReference(raw) === undefined ? [] : [{ ...about, found: 'a secret with %(…)s in it, where Grafana puts another setting', expected: 'a secret without %(…)s: there is no way to write it', hint: `give ${key} a value without it` }];
}

const providers = ['', '__env', '__file', '__vault'];

function judgeExpander({ section, key, raw, line }: WrittenSetting): readonly LintFinding[] {
  const unknown = findExpanders(raw).find(({ provider }) => !providers.includes(provider))?.provider ?? /^\$_*(file|env|vault)\{/i.exec(raw)?.[0].slice(1, -1) ?? /^\$__(file|env|vault)(?!\{[^}]+\})/.exec(raw)?.[0].slice(1);
  if (unknown === undefined || (providers.includes(unknown) && findExpanders(raw).length > 0)) return [];
  return [{ id: 'unknown-expander', weight: 'warning', line, section, key, found: `$${unknown}, which Grafana does not expand: it stays as it is`, expected: '$__env{NAME} or $__file{PATH}', hint: `${key} = $__file{PATH}` }];
}

/** go-ini leaves a name it does not find, and stops there. */
function judgeUnknownName(sight: Sight): readonly LintFinding[] {
  if (!sight.effective.ok) return [];
  return [...sight.effective.config.sections].flatMap(([section, settings]) => [...settings.keys()].flatMap((key): readonly LintFinding[] => {
    const seen = sight.see(section, key);
    const left = seen?.isSet === true && !isSecretKey(section, key) ? findReference(seen.value) : undefined;
    return left === undefined ? [] : [{ id: 'unknown-reference', weight: 'warning', ...place(seen?.line), section, key, found: `${left.whole}, which neither [${section}] nor the top of the file has: it stays as it is`, expected: `a key of [${section}]`, hint: `mend ${left.whole}` }];
  }));
}
