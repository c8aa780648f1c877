import { ExitCode, UserError } from '../errors.ts';
import { newestKnownVersion } from '../grafana/catalogue.ts';
import { effectiveConfig, type EffectiveReading, type Origin } from '../grafana/effective-config.ts';
import { lint as findMistakes } from '../grafana/lint.ts';
import { makeMask } from '../grafana/lint-mask.ts';
import { readIni } from '../grafana/read-ini.ts';
import { parseVersion } from '../grafana/versions.ts';
import { type LintedFile, type LintedSetting, lintJson } from '../report/lint-json.ts';
import { reportLint } from '../report/lint-screen.ts';
import type { Files, World } from '../world.ts';

/** The options as they are typed. */
export interface LintOptions {
  /** `-` is standard input. */
  readonly files: readonly string[];
  readonly grafanaVersion?: string;
  readonly defaults?: string;
  readonly env?: readonly string[];
  readonly showSecrets?: boolean;
  readonly json?: boolean;
}

type Variable = { readonly name: string; readonly value: string; readonly origin: string };

/** Reads any config as Grafana does and says what is wrong with it, without a cluster. */
export async function lint({ screen, files, local }: Pick<World, 'screen' | 'files' | 'local'>, options: LintOptions): Promise<ExitCode> {
  const version = versionOf(options.grafanaVersion);
  const environment = (options.env ?? []).map(parseVariable);
  if (environment.length > 0 && options.defaults === undefined) throw wrongUsage('--env changes the effective configuration, which needs --defaults.', '--defaults /usr/share/grafana/conf/defaults.ini');
  const defaults = options.defaults === undefined ? undefined : { file: options.defaults, text: await readText(files, options.defaults) };
  const texts = await Promise.all(options.files.map(async (file) => ({ file, text: file === '-' ? await files.readStdin() : await readText(files, file) })));

  const linted = await Promise.all(texts.map(async ({ file, text }): Promise<LintedFile> => {
    const effective = defaults === undefined ? undefined : await readEffective(files, { defaults: defaults.text, custom: text, environment, hostName: local.hostName });
    const findings = findMistakes({ text, version, ...(defaults === undefined ? {} : { defaults: defaults.text }), ...(effective === undefined ? {} : { effective }) });
    const reading = effective === undefined ? readOwn(file, text) : nameSources(effective, { file, defaults: options.defaults ?? '' });
    return { file, findings, outcome: 'error' in reading || options.showSecrets === true ? reading : { sections: hideSecrets(reading.sections, environment) } };
  }));

  const exitCode = linted.some(({ findings }) => findings.length > 0) ? ExitCode.NotAsItShouldBe : ExitCode.Done;
  screen.print(options.json === true ? linted.map(lintJson).join('\n') : reportLint({ files: linted, version, exitCode, paint: screen.paint }));
  return exitCode;
}

function versionOf(typed: string | undefined): string {
  if (typed !== undefined && parseVersion(typed) === undefined) throw wrongUsage(`--grafana-version ${typed} is not a version.`, '--grafana-version 12.2.0');
  return typed ?? newestKnownVersion;
}

function parseVariable(typed: string): Variable {
  const equals = typed.indexOf('=');
  if (equals < 1) throw wrongUsage('--env takes KEY=VALUE, and one has no KEY or no =.', '--env GF_SERVER_HTTP_PORT=3000');
  return { name: typed.slice(0, equals), value: typed.slice(equals + 1), origin: '--env' };
}

async function readText(files: Files, path: string): Promise<string> {
  const text = await files.readText(files.resolve(path));
  if (text === undefined) throw wrongUsage(`There is no file ${path}.`, `ls -l ${path}`);
  return text;
}

/** What `$__file{}` names is read from this machine; Grafana does not start without it. */
async function readEffective(files: Files, input: { readonly defaults: string; readonly custom: string; readonly environment: readonly Variable[]; readonly hostName: string }): Promise<EffectiveReading> {
  const named = new Set<string>();
  // A text from a file is not looked through again, so that one look names them all.
  effectiveConfig({ ...input, readFile: (path) => { named.add(path); return ''; } });
  const contents = new Map(await Promise.all([...named].map(async (path) => [path, await files.readText(files.resolve(path)).catch(() => undefined)] as const)));
  return effectiveConfig({ ...input, readFile: (path) => contents.get(path) });
}

type Outcome = LintedFile['outcome'];

function readOwn(file: string, text: string): Outcome {
  const reading = readIni(text);
  if (!reading.ok) return { error: `line ${reading.line}: ${reading.problem}` };
  return { sections: eachSetting(reading.file.sections, (setting) => ({ ...setting, source: file })) };
}

function nameSources(reading: EffectiveReading, files: { readonly file: string; readonly defaults: string }): Outcome {
  if (!reading.ok) return { error: `${reading.origin}${reading.line === undefined ? '' : `, line ${reading.line}`}: ${reading.problem}` };
  return { sections: eachSetting(reading.config.sections, ({ raw, value, origin }) => ({ raw, value, ...sourceOf(origin, files) })) };
}

function sourceOf(origin: Origin, { file, defaults }: { readonly file: string; readonly defaults: string }): Pick<LintedSetting, 'line' | 'source'> {
  switch (origin.kind) {
    case 'default': return { source: defaults, line: origin.line };
    case 'file': return { source: file, line: origin.line };
    case 'environment': return { source: origin.name };
    case 'default-argument':
    case 'argument': return { source: 'the command line' };
  }
}

function eachSetting<From, To>(sections: ReadonlyMap<string, ReadonlyMap<string, From>>, change: (setting: From, section: string, key: string) => To): ReadonlyMap<string, ReadonlyMap<string, To>> {
  return new Map([...sections].map(([section, settings]) => [section, new Map([...settings].map(([key, setting]) => [key, change(setting, section, key)]))]));
}

function hideSecrets(sections: ReadonlyMap<string, ReadonlyMap<string, LintedSetting>>, environment: readonly Variable[]): ReadonlyMap<string, ReadonlyMap<string, LintedSetting>> {
  const mask = makeMask({ sections, environment });
  return eachSetting(sections, (setting, section, key) => ({ ...setting, raw: mask(section, key, setting.raw), value: mask(section, key, setting.value) }));
}

function wrongUsage(message: string, hint: string): UserError {
  return new UserError(message, { hint, exitCode: ExitCode.WrongUsage });
}
