import { nearest } from '../cluster/nearest.ts';
import { isOpenSection, type KnownSection } from './catalogue.ts';
import { retired } from './catalogue-retired.ts';
import { type LintFinding, shownKey } from './lint-finding.ts';
import type { LintRule, Sight, WrittenSetting } from './lint-sight.ts';
import { defaultSection } from './scan-ini.ts';

/** Names that Grafana does not look for: it ignores them without a word. */
export const nameRules: readonly LintRule[] = [
  (sight) => sight.headers.flatMap((header) => judgeHeader(sight, header)),
  (sight) => sight.written.flatMap((setting) => judgeKey(sight, setting)),
  judgeTwins,
  (sight) => sight.written.flatMap((setting) => judgeParent(sight, setting)),
];

function judgeHeader(sight: Sight, { name, line }: Sight['headers'][number]): readonly LintFinding[] {
  const section = sight.catalogue.get(name);
  if ((section !== undefined && isLive(section)) || name === defaultSection || sight.isDefaultSection(name)) return [];
  const about = { weight: 'warning', line, section: name, key: '' } as const;
  const gone = retired.find(({ section, key }) => section === name && key === undefined);
  if (gone !== undefined) return !saysSomething(sight, name) ? [] : [{
    ...about, id: 'removed-section',
    found: `[${name}], which Grafana has not read since ${gone.since}`, expected: gone.instead, hint: `take out [${name}]; instead: ${gone.instead}`,
  }];
  if (section !== undefined) return !saysSomething(sight, name) ? [] : [{ ...about, id: 'later-section', found: `[${name}], which Grafana ${sight.version} does not read`, expected: `a section of Grafana ${sight.version}`, hint: `take out [${name}]` }];
  const known = [...sight.catalogue].filter(([, one]) => isLive(one)).map(([one]) => one);
  const plain = name.replace(/\].*$/, '').trim();
  const meant = known.includes(plain) ? plain : nearest(plain, known);
  // Somebody else's name may be near a known one; a slip is in the last part alone.
  if (isOpenSection(name) && (meant === undefined || !isSlip(plain, meant))) return [];
  return [{
    ...about, id: 'unknown-section',
    found: name.includes(']') ? `a section called "${name}": go-ini takes the last ] of the line` : `[${name}], which Grafana ${sight.version} does not know: all under it is ignored`,
    expected: meant === undefined ? 'a section of Grafana' : `[${meant}]`,
    hint: meant === undefined ? `take out [${name}], or name the section that was meant` : `write [${meant}]`,
  }];
}

/** A header alone, or settings at their old defaults, change nothing. */
function saysSomething({ written, catalogue }: Sight, name: string): boolean {
  return written.some(({ section, key, raw }) => section === name && raw !== catalogue.get(name)?.settings.get(key)?.default);
}

function isLive({ open, settings }: KnownSection): boolean {
  return open || settings.size === 0 || [...settings.values()].some(({ standing }) => standing.kind === 'known');
}

function isSlip(typed: string, meant: string): boolean {
  const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
  return typed.split('.').length === meant.split('.').length && nearest(last(typed), [last(meant)]) !== undefined;
}

function judgeKey(sight: Sight, setting: WrittenSetting): readonly LintFinding[] {
  const { section, key, raw, line } = setting;
  const known = sight.catalogue.get(section);
  if (known === undefined || sight.isDefaultSetting(section, key)) return [];
  const one = known.settings.get(key);
  const about = { weight: 'warning', line, section, key: shownKey(key) } as const;
  if (one?.standing.kind === 'known') return [];
  if (one?.standing.kind === 'later') return [{
    ...about, id: 'later-key',
    found: `${key}, first seen in Grafana ${one.standing.version}: ${sight.version} ignores it`, expected: `a setting of Grafana ${sight.version}`, hint: `take out line ${line}, or upgrade Grafana`,
  }];
  const successor = retired.find((entry) => entry.section === section && entry.key === key);
  // At its old default it changes nothing.
  if (one !== undefined && raw === one.default) return [];
  if (one !== undefined || successor !== undefined) return [{
    ...about, id: successor === undefined ? 'removed-key' : 'renamed-key',
    found: `${key}, which Grafana has not read since ${one?.standing.kind === 'removed' ? one.standing.version : successor?.since}`,
    expected: successor?.instead ?? `a setting of Grafana ${sight.version}`,
    hint: successor === undefined ? `take out line ${line}` : `instead: ${successor.instead}`,
  }];
  return known.open ? [] : judgeUnknownKey(sight, setting, known);
}

function judgeUnknownKey(sight: Sight, { section, key, line }: WrittenSetting, known: KnownSection): readonly LintFinding[] {
  const about = { weight: 'warning', line, section, key: shownKey(key) } as const;
  const keys = [...known.settings].filter(([, { standing }]) => standing.kind === 'known').map(([name]) => name);
  const first = key.split(/\s/)[0] ?? key;
  if (first !== key && keys.includes(first)) return [{ ...about, id: 'unknown-key', found: `a line without = behind ${first}`, expected: `${first} = VALUE`, hint: `write ${first} = VALUE in line ${line}` }];
  if (isProvider(section) && isProviderKey(sight, key)) return [];
  const meant = keys.find((name) => plainKey(name) === plainKey(key)) ?? nearest(key, keys);
  const elsewhere = meant === undefined ? sectionOf(sight, key) : undefined;
  if (elsewhere !== undefined) return [{ ...about, id: 'misplaced-key', found: `${key} under [${section}], where Grafana does not look for it`, expected: `${key} under [${elsewhere}]`, hint: `move line ${line} under [${elsewhere}]` }];
  return [{
    ...about, id: 'unknown-key',
    found: `${shownKey(key)}, which Grafana ${sight.version} does not know: it is ignored`,
    expected: meant ?? `a setting of [${section}]`,
    hint: meant === undefined ? `take out line ${line}, or name the setting that was meant` : `write ${meant} in line ${line}`,
  }];
}

function plainKey(key: string): string {
  return key.toLowerCase().replace(/[-_.\s]/g, '');
}

const oauthProviders = ['azuread', 'generic_oauth', 'github', 'gitlab', 'google', 'grafana_com', 'grafananet', 'okta'];

function isProvider(section: string): boolean {
  return oauthProviders.some((name) => section === `auth.${name}`);
}

/** What one provider reads the others read, too: they share their code (pkg/login/social). */
function isProviderKey({ catalogue }: Sight, key: string): boolean {
  return oauthProviders.some((name) => catalogue.get(`auth.${name}`)?.settings.has(key));
}

/** The one section that has this key; undefined: none or several. */
function sectionOf({ catalogue }: Sight, key: string): string | undefined {
  const holders = [...catalogue].filter(([, { settings }]) => settings.get(key)?.standing.kind === 'known').map(([name]) => name);
  return holders.length === 1 ? holders[0] : undefined;
}

function judgeTwins({ written }: Sight): readonly LintFinding[] {
  const last = new Map<string, WrittenSetting>();
  return written.flatMap((setting): readonly LintFinding[] => {
    const { section, key, raw, line } = setting;
    const before = last.get(`${section}\n${key}`);
    last.set(`${section}\n${key}`, setting);
    if (before === undefined || before.raw === raw) return [];
    return [{ id: 'written-twice', weight: 'warning', line, section, key: shownKey(key), found: `${shownKey(key)} a second time: this line wins over line ${before.line}`, expected: 'one line', hint: `take out line ${before.line} or line ${line}` }];
  });
}

/** loadSpecifiedConfigFile sets a key that [a.b] lacks where go-ini finds it: in [a]. */
function judgeParent(sight: Sight, { section, key, raw, line }: WrittenSetting): readonly LintFinding[] {
  if (raw === '' || sight.isDefaultSetting(section, key)) return [];
  for (let dot = section.lastIndexOf('.'); dot > 0; dot = section.lastIndexOf('.', dot - 1)) {
    const parent = section.slice(0, dot);
    if (sight.isDefaultSetting(parent, key)) return [{
      id: 'overwrites-parent', weight: 'warning', line, section, key,
      found: `${key}, which [${section}] does not have: Grafana writes it into [${parent}]`, expected: `${key} under [${parent}], if that is meant`, hint: `take out line ${line}, or move it under [${parent}]`,
    }];
  }
  return [];
}
