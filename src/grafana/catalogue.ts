import { accessSettings } from './catalogue-access.ts';
import { alertingSettings } from './catalogue-alerting.ts';
import { featuresSettings } from './catalogue-features.ts';
import { enterpriseSections, openPrefixes } from './catalogue-open.ts';
import { providersSettings } from './catalogue-providers.ts';
import { serverSettings } from './catalogue-server.ts';
import { parseVersion } from './versions.ts';

/*
 * One setting a line under its section, as `KEY = DEFAULT` or `KEY = DEFAULT IN 9.4 => DEFAULT IN 12.2`, with a mark before it:
 *   none   in conf/defaults.ini of 9.4 and of 12.2.0
 *   +      in 12.2 and not in 9.4; +10.1: not before 10.1, from the pull request or source that brought it
 *   -      in 9.4 and not in 12.2; -11.0: not from 11.0 on
 *   *      read by the code or shown in sample.ini, and not in defaults.ini
 * `[section] any` takes any key. To add a version, add its keys with +VERSION and mark what it lacks with -VERSION.
 */
const tables = [serverSettings, accessSettings, providersSettings, alertingSettings, featuresSettings];

/** The newest version with a setting of its own here. */
export const newestKnownVersion = '13.2.0';

/** How a version takes a setting: it reads it, reads it only later, or no longer. */
export type Standing = { readonly kind: 'known' } | { readonly kind: 'later' | 'removed'; readonly version: string };

export interface KnownSetting {
  readonly standing: Standing;
  /** What defaults.ini says, or last said; undefined: it never named the key. */
  readonly default?: string;
}

export interface KnownSection {
  /** Whether any key means something here. */
  readonly open: boolean;
  readonly settings: ReadonlyMap<string, KnownSetting>;
}

export type Catalogue = ReadonlyMap<string, KnownSection>;

// One for each version that is met, and nodes of a cluster have few.
const catalogues = new Map<string, Catalogue>();

/** Every section and key that some version reads, with how this one takes it. */
export function catalogueFor(version: string): Catalogue {
  const known = catalogues.get(version) ?? makeCatalogue(version);
  catalogues.set(version, known);
  return known;
}

function makeCatalogue(version: string): Catalogue {
  const sections = new Map<string, { open: boolean; settings: Map<string, KnownSetting> }>();
  let settings = new Map<string, KnownSetting>();
  for (const line of tables.join('').split('\n')) {
    const header = /^\[(.+)\]( any)?$/.exec(line);
    if (header !== null) {
      settings = new Map();
      sections.set(header[1]!, { open: header[2] !== undefined, settings });
      continue;
    }
    const entry = /^(?:([-+*])([\d.]*) )?([^ ]+)(?: =(?: (.*))?)?$/.exec(line);
    if (entry === null) continue;
    const [, mark, from = '', key = '', written = ''] = entry;
    const standing = standingIn(version, mark, from);
    settings.set(key, { standing, ...(mark === '*' ? {} : { default: defaultIn(version, written) }) });
  }
  for (const name of enterpriseSections) sections.set(name, { open: true, settings: new Map() });
  return sections;
}

/** Whether a section that the catalogue does not name may mean something, such as that of a plugin. */
export function isOpenSection(name: string): boolean {
  return openPrefixes.some((prefix) => name.startsWith(prefix) && name.length > prefix.length);
}

/** A + or - without a number leaves the versions between the two that were seen in doubt, and doubt is for the writer. */
function standingIn(version: string, mark: string | undefined, from: string): Standing {
  if (mark === '+' && (from === '' ? !isAfter(version, '9.4') : isBefore(version, from))) return { kind: 'later', version: from === '' ? '12.2' : from };
  if (mark === '-' && !isBefore(version, from === '' ? '12.2' : from)) return { kind: 'removed', version: from === '' ? '12.2' : from };
  return { kind: 'known' };
}

function defaultIn(version: string, written: string): string {
  const [first = '', later] = written.split(' =>');
  return later === undefined || !isAfter(version, '9.4') ? first : later.trim();
}

function isBefore(version: string, bound: string): boolean {
  return compareMinor(version, bound) < 0;
}

function isAfter(version: string, bound: string): boolean {
  return compareMinor(version, bound) > 0;
}

function compareMinor(version: string, bound: string): number {
  const [left, right] = [parseVersion(version), parseVersion(bound)];
  return left === undefined || right === undefined ? 1 : left.major - right.major || left.minor - right.minor;
}
