import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { effectiveConfig } from '../../../src/grafana/effective-config.ts';
import type { EffectiveConfig } from '../../../src/grafana/effective-config.ts';
import { log } from './log.ts';

export interface Settings {
  get(section: string, key: string): string;
  isOn(section: string, key: string): boolean;
  /** A path as Grafana reads it: relative ones start at the home folder. */
  path(section: string, key: string): string;
  readonly config: EffectiveConfig;
  readonly homePath: string;
}

/** Reads the configuration as Grafana does; undefined after saying why it cannot start, in a log line of its own. Throws what ends as `Error: ✗`. */
export function readSettings(options: ReadonlyMap<string, string>, programArguments: readonly string[]): Settings | undefined {
  const homePath = resolve(options.get('homepath') ?? join(process.argv[1]!, '../..'));
  const named = options.get('config');
  const customPath = named ?? join(homePath, 'conf/custom.ini');
  const custom = readText(customPath);
  if (!custom.ok && (named !== undefined || custom.code !== 'ENOENT')) return refuse(customPath, `open ${customPath}: ${systemWords(custom.code)}`);

  const unreadable = new Map<string, string>();
  const reading = effectiveConfig({
    defaults: readFileSync(join(homePath, 'conf/defaults.ini'), 'utf8'),
    custom: custom.ok ? custom.text : '',
    arguments: programArguments,
    environment: Object.entries(process.env).map(([name, value]) => ({ name, value: value ?? '', origin: 'the process' })),
    readFile: (path) => {
      const file = readText(path);
      if (!file.ok) unreadable.set(path, file.code);
      return file.ok ? file.text : undefined;
    },
    hostName: hostname(),
  });
  if (!reading.ok) {
    const [path, code] = [...unreadable].at(-1) ?? [];
    if (path !== undefined) throw new Error(`got error while expanding ${reading.origin} with expander 'file': stat ${path}: ${systemWords(code!)}`);
    return refuse(customPath, parserWords(reading.problem, custom.ok ? (custom.text.split('\n')[(reading.line ?? 1) - 1] ?? '') : ''));
  }
  log('settings', 'info', 'Config loaded from', { file: join(homePath, 'conf/defaults.ini') });
  if (custom.ok) log('settings', 'info', 'Config loaded from', { file: customPath });
  for (const settings of reading.config.sections.values()) {
    for (const { origin } of settings.values()) {
      if (origin.kind === 'environment') log('settings', 'info', 'Config overridden from Environment variable', { var: `${origin.name}=*********` });
    }
  }
  const get = (section: string, key: string) => reading.config.get(section, key)?.value ?? '';
  return {
    get, homePath, config: reading.config,
    isOn: (section, key) => /^(1|t|true|yes|y|on)$/i.test(get(section, key)),
    path: (section, key) => resolve(homePath, get(section, key)),
  };
}

function refuse(path: string, words: string): undefined {
  log('settings', 'error', `failed to parse "${path}": ${words}`);
  return undefined;
}

/** go-ini's words for a line it cannot read. */
function parserWords(problem: string, line: string): string {
  if (line.trimStart().startsWith('[')) return `unclosed section: ${line}\n`;
  if (problem.includes('never closed')) return `missing closing key quote: ${line}\n`;
  return `key-value delimiter not found: ${line}\n`;
}

type Text = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly code: string };

function readText(path: string): Text {
  try {
    return { ok: true, text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { ok: false, code: (error as NodeJS.ErrnoException).code ?? 'EIO' };
  }
}

/** Go's words for a failed system call. */
export function systemWords(code: string): string {
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or directory', EACCES: 'permission denied', EISDIR: 'is a directory', EADDRINUSE: 'address already in use',
    EADDRNOTAVAIL: 'cannot assign requested address', ECONNREFUSED: 'connection refused', EHOSTUNREACH: 'no route to host',
    ENETUNREACH: 'network is unreachable', ETIMEDOUT: 'connection timed out', ECONNRESET: 'connection reset by peer',
  };
  return words[code] ?? code;
}
