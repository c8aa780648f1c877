import { readRawIni } from '../grafana/read-ini.ts';
import type { ManagedSetting } from './managed-setting.ts';

/** What Grafana replaces when it reads a value: the same text means something of its own on every node. */
const replaced = /\$__\w+\{|\$\{|%\(/;

/** The settings of an ini that every node gets, without those that are managed anyway; none when Grafana cannot read it. Grafana passes over an empty value. */
export function baseSettings(text: string, managed: readonly ManagedSetting[]): readonly ManagedSetting[] {
  const reading = readRawIni(text);
  if (!reading.ok) return [];
  return [...reading.sections].flatMap(([section, settings]) => [...settings]
    .filter(([key, { raw }]) => raw !== '' && !managed.some((one) => one.section === section && one.key === key))
    .map(([key, { raw }]): ManagedSetting => ({ section, key, isBase: true, wanted: { kind: 'text', text: raw, ...(replaced.test(raw) ? { asWritten: true } : {}) } })));
}
