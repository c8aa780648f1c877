import { fileBudget, interpolate } from './interpolate.ts';
import { defaultSection, scanIni } from './scan-ini.ts';

/** `raw` as written without quotes, `value` after `%(name)s`; `line` is 1-based, that of the last occurrence. */
export type IniSetting = { readonly raw: string; readonly value: string; readonly line: number };
export type IniFile = { readonly sections: ReadonlyMap<string, ReadonlyMap<string, IniSetting>> };
export type IniReading = { readonly ok: true; readonly file: IniFile } | { readonly ok: false; readonly line: number; readonly problem: string };

/** Reads a text as Grafana does (go-ini 1.67.0, zero load options); settings before any header are in `DEFAULT`. */
export function readIni(text: string): IniReading {
  const reading = readRawIni(text);
  if (!reading.ok) return reading;
  const budget = fileBudget();
  const sections = new Map<string, Map<string, IniSetting>>();
  for (const [name, settings] of reading.sections) {
    const read = new Map<string, IniSetting>();
    for (const [key, setting] of settings) {
      const value = interpolate(reading.sections, name, setting, budget);
      if (value === undefined) return { ok: false, line: setting.line, problem: `%(…)s in ${key} grows without end` };
      read.set(key, { raw: setting.raw, value, line: setting.line });
    }
    sections.set(name, read);
  }
  return { ok: true, file: { sections } };
}

export type RawSetting = { readonly raw: string; readonly line: number };
export type RawIniReading = { readonly ok: true; readonly sections: ReadonlyMap<string, ReadonlyMap<string, RawSetting>> } | { readonly ok: false; readonly line: number; readonly problem: string };

/** Like readIni, with `%(name)s` left as it stands. */
export function readRawIni(text: string): RawIniReading {
  const { entries, failure } = scanIni(text);
  if (failure !== undefined) return { ok: false, ...failure };
  let settings = new Map<string, RawSetting>();
  const sections = new Map([[defaultSection, settings]]);
  for (const entry of entries) {
    if (entry.kind === 'section') {
      settings = sections.get(entry.name) ?? new Map<string, RawSetting>();
      sections.set(entry.name, settings);
    } else if (entry.kind === 'setting') {
      settings.set(entry.key, { raw: entry.value.value, line: entry.line });
    }
  }
  return { ok: true, sections };
}

// The nodes of a cluster have the same defaults, and 80 KB of them.
let lastDefaults = { text: '', reading: readRawIni('') };

/** As readRawIni, of a text that many nodes have. */
export function readDefaults(text: string): RawIniReading {
  if (text !== lastDefaults.text) lastDefaults = { text, reading: readRawIni(text) };
  return lastDefaults.reading;
}
