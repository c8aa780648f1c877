import type { Node } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import type { NodeFacts } from '../facts.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { findExpanders } from '../grafana/expanders.ts';
import { readRawIni } from '../grafana/read-ini.ts';
import { databaseOf } from '../settings/database-of.ts';
import type { Difference } from '../settings/merge-config.ts';
import type { FileOutcome, NodeOutcome } from './node-outcome.ts';

/** What a node becomes when these files are put back. */
export function restoredOutcome(node: Node, facts: NodeFacts, files: readonly FileOutcome[]): NodeOutcome {
  const config = files.find(({ what }) => what === 'config');
  const text = config === undefined ? facts.config?.text ?? '' : config.content?.reveal() ?? '';
  const restored = files.flatMap(({ path, content }) => (content === undefined ? [] : [[path, content] as const]));
  // The config that comes back may name files that nobody has read: they are no part of what is judged here.
  const named = findExpanders(text).filter(({ provider, argument }) => provider === '__file' && !facts.secretFiles.has(argument)).map(({ argument }) => [argument, new Secret('')] as const);
  const secretFiles = new Map([...named, ...restored]);
  const after = effectiveOf({ ...facts, secretFiles: new Map([...facts.secretFiles, ...secretFiles]), config: { ...(facts.config ?? absent), text } });
  const before = effectiveOf(facts);
  const differing = before.ok && after.ok ? differences(before.config, after.config, [facts.config?.text ?? '', text]) : [];
  return { node, facts, settings: [], merged: { text, differing, secretFiles, outlooks: [] }, files: [...files.filter((file) => file !== config), ...(config === undefined ? [] : [config])] };
}

const absent = { path: '', realPath: '', sha256: '', owner: '', mode: '', fileSystem: '', mountPoint: false };

function differences(before: EffectiveConfig, after: EffectiveConfig, texts: readonly string[]): readonly Difference[] {
  const named = new Map(texts.flatMap((text) => {
    const reading = readRawIni(text);
    return reading.ok ? [...reading.sections].flatMap(([section, settings]) => [...settings.keys()].map((key) => [`${section}\n${key}`, { section, key }] as const)) : [];
  }));
  return [...named.values()].flatMap(({ section, key }) => {
    const [now, then] = [before.get(section, key), after.get(section, key)];
    return (now?.value ?? '') === (then?.value ?? '') ? [] : [{ setting: { section, key, wanted: { kind: 'text', text: then?.value ?? '' } }, before: now }];
  });
}

/** The database that a config names, as one line to compare; SQLite is each node's own. */
export function databaseLine({ node, facts, merged }: NodeOutcome, when: 'before' | 'after'): string {
  const reading = when === 'before' ? effectiveOf(facts) : effectiveOf({ ...facts, secretFiles: new Map([...facts.secretFiles, ...merged.secretFiles]), config: { ...(facts.config ?? absent), text: merged.text } });
  const named = reading.ok ? databaseOf(reading.config) : undefined;
  if (named?.kind !== 'shared') return `${named?.kind ?? 'unread'} on ${node.name}`;
  const { type, address, name } = named.database;
  return `${type} ${address.host}:${address.port}/${name}`;
}
