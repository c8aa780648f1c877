import type { NodeFacts } from '../facts.ts';
import { readRawIni } from '../grafana/read-ini.ts';

/** What a push left on a node, as its state folder remembers it. A push that was killed may leave two of them: any may be what lies there. */
export interface Pushed {
  /** The file that was Grafana's config. */
  readonly configPath: string;
  /** Text of the config. */
  readonly config: string;
  /** Keyed hashes of the other files, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** What our last push had made of a setting that somebody changed in the config since, empty for none; undefined: nobody did, or we never pushed. */
export function pushedSetting(pushed: readonly Pushed[], { configPath, config }: Pick<NodeFacts, 'configPath' | 'config'>, section: string, key: string): string | undefined {
  const left = pushed.filter((one) => one.configPath === configPath).map((one) => written(one.config, section, key));
  return left.includes(written(config?.text ?? '', section, key)) ? undefined : left.at(-1);
}

/** Whether a file of ours holds something that no push of ours wrote; `hash` is keyed. */
export function isFileTheirs(pushed: readonly Pushed[], path: string, hash: string): boolean {
  const left = pushed.flatMap(({ files }) => files[path] ?? []);
  return left.length > 0 && !left.includes(hash);
}

/** As it stands in the text; a text that Grafana cannot read says nothing. */
function written(text: string, section: string, key: string): string {
  const reading = readRawIni(text);
  return reading.ok ? reading.sections.get(section)?.get(key)?.raw ?? '' : '';
}
