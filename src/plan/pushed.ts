import type { NodeFacts } from '../facts.ts';
import { readRawIni } from '../grafana/read-ini.ts';

/** What pushes left on a node, as its state folder remembers it. */
export interface Pushed {
  /** By the last one whose files all went live. */
  readonly last: LeftFiles;
  /** By a later one that was killed meanwhile: of each file, this or the last may be what lies there. */
  readonly interrupted?: LeftFiles;
}

export interface LeftFiles {
  /** The file that was Grafana's config. */
  readonly configPath: string;
  /** Text of the config. */
  readonly config: string;
  /** Keyed hashes of the other files, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** What our last push had made of a setting that somebody changed in the config since, empty for none; undefined: nobody did, or we never pushed. */
export function pushedSetting(pushed: Pushed | undefined, { configPath, config }: Pick<NodeFacts, 'configPath' | 'config'>, section: string, key: string): string | undefined {
  const left = eitherOf(pushed).filter((one) => one.configPath === configPath).map((one) => written(one.config, section, key));
  return left.includes(written(config?.text ?? '', section, key)) ? undefined : left[0];
}

/** Whether a file of ours holds something that no push of ours wrote; `hash` is keyed. */
export function isFileTheirs(pushed: Pushed | undefined, path: string, hash: string): boolean {
  const left = eitherOf(pushed).flatMap(({ files }) => files[path] ?? []);
  return left.length > 0 && !left.includes(hash);
}

function eitherOf(pushed: Pushed | undefined): readonly LeftFiles[] {
  return pushed === undefined ? [] : [pushed.last, pushed.interrupted].filter((left) => left !== undefined);
}

/** As it stands in the text; a text that Grafana cannot read says nothing. */
function written(text: string, section: string, key: string): string {
  const reading = readRawIni(text);
  return reading.ok ? reading.sections.get(section)?.get(key)?.raw ?? '' : '';
}
