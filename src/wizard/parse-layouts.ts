import { becomes, type Become, type GrafanaLayout } from '../cluster/cluster.ts';
import { oneOf, parseNodePath, parseOwner, parseText, parseUnit } from '../cluster/cluster-file-values.ts';
import { nearest } from '../cluster/nearest.ts';
import { accepted, refused, type Parsed } from '../cluster/parsed.ts';

/** Where Grafana lives on a node and how we are root there, as far as a flag says it. */
export type NodeLayout = Partial<GrafanaLayout> & { readonly become?: Become };

export type Layouts = ReadonlyMap<string, NodeLayout>;

/** The keys of `[node.NAME]` in the cluster file. */
const keys = {
  config_path: ['configPath', parseNodePath], unit: ['unit', parseUnit], start: ['start', parseText], stop: ['stop', parseText], status: ['status', parseText],
  state_path: ['statePath', parseNodePath], secrets_path: ['secretsPath', parseNodePath], owner: ['owner', parseOwner], become: ['become', oneOf<Become>(...becomes)],
} as const;

/** Parses `NODE.KEY=VALUE`, one text each, with the keys of `[node.NAME]` in the cluster file. */
export function parseLayouts(texts: readonly string[]): Parsed<Layouts> {
  const layouts = new Map<string, NodeLayout>();
  for (const text of texts) {
    const [, node, key = '', value = ''] = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text) ?? [];
    if (node === undefined) return refused(`"${text}" is not NODE.KEY=VALUE`, 'Type one such as graf-a.config_path=/etc/grafana/grafana.ini');
    if (!(key in keys)) return refused(`${key} is no key of a node`, `Type one of ${nearest(key, Object.keys(keys)) ?? Object.keys(keys).join(', ')}`);
    const [field, parse] = keys[key as keyof typeof keys];
    const parsed: Parsed<string> = parse(value);
    if (!parsed.ok) return refused(`${node}.${key}: ${parsed.problem}`, parsed.hint);
    layouts.set(node, { ...layouts.get(node), [field]: parsed.value });
  }
  return accepted(layouts);
}

/** What a flag says of a node counts over what was known of it. */
export function mergeLayouts(known: Layouts, said: Layouts): Layouts {
  return new Map([...known, ...[...said].map(([name, layout]) => [name, { ...known.get(name), ...layout }] as const)]);
}
