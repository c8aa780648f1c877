import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** conf/defaults.ini of a version without its comments, from the table of all settings. */
export function defaultsOf(version: '9.4.0' | '12.2.0'): string {
  const [, ...rows] = readFileSync(join(import.meta.dirname, '..', 'lab', 'grafana', 'settings.tsv'), 'utf8').trimEnd().split('\n').map((row) => row.split('\t'));
  const sections = new Map<string, string[]>();
  for (const [section = '', key = '', old = '', recent = ''] of rows) {
    const value = version === '9.4.0' ? old : recent;
    if (value !== '-') sections.set(section, [...(sections.get(section) ?? []), `${key} = ${quoted(JSON.parse(value) as string)}`]);
  }
  return [...sections].map(([section, lines]) => `${section === 'DEFAULT' ? '' : `[${section}]\n`}${lines.join('\n')}\n`).join('');
}

function quoted(value: string): string {
  return /[#;"`]/.test(value) ? `"""${value}"""` : value;
}
