import { normalize } from 'node:path/posix';
import type { Cluster, Node } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import { UserError } from '../errors.ts';
import type { FileFacts, Facts, LocalFacts, NodeFacts } from '../facts.ts';
import { isNewerLicense } from '../grafana/license.ts';
import { mergeConfig } from '../settings/merge-config.ts';
import type { MergedConfig } from '../settings/merge-config.ts';
import { nodePaths } from '../settings/node-paths.ts';
import { nodeSettings } from '../settings/node-settings.ts';
import type { ManagedSetting } from '../settings/managed-setting.ts';
import type { ClusterSecrets } from '../settings/settings-for.ts';
import type { PlannedFile } from './plan.ts';

/** What one node is to become. Holds secrets: it stays in memory and is never printed or stored. */
export interface NodeOutcome {
  readonly node: Node;
  readonly facts: NodeFacts;
  readonly settings: readonly ManagedSetting[];
  readonly merged: MergedConfig;
  /** Those that differ from what lies on the node, in the order in which they go live: the config last. */
  readonly files: readonly FileOutcome[];
}

export interface FileOutcome {
  readonly what: PlannedFile['what'];
  readonly path: string;
  /** Absent: the file goes. */
  readonly content?: Secret;
  /** Hash of what lies there now; absent: nothing does. */
  readonly expectedSha256?: string;
  /** Undefined: keeps what the file there has. */
  readonly access?: { readonly owner: string; readonly mode: string };
}

export interface OutcomeInput {
  readonly cluster: Cluster;
  readonly facts: Facts;
  readonly secrets: ClusterSecrets;
  /** Hex digest of a text. */
  readonly sha256: (text: string) => string;
}

/** What each node with facts is to become, in the cluster's order. Throws UserError when a config cannot be brought there. */
export function nodeOutcomes(input: OutcomeInput): readonly NodeOutcome[] {
  return input.cluster.nodes.flatMap((node) => {
    const entry = input.facts.nodes.find(({ name }) => name === node.name);
    return entry?.node.ok ? [nodeOutcome(node, entry.node.facts, input)] : [];
  });
}

function nodeOutcome(node: Node, facts: NodeFacts, input: OutcomeInput): NodeOutcome {
  const settings = nodeSettings(node, facts, input);
  const merged = mergeConfig(node.name, facts, settings);
  return { node, facts, settings, merged, files: [...secretFiles(node, facts, merged), ...carriedFiles(node, facts, input), ...configFile(node, facts, merged, input)] };
}

function secretFiles(node: Node, facts: NodeFacts, { secretFiles }: MergedConfig): readonly FileOutcome[] {
  return [...secretFiles].map(([path, content]) => ({ what: 'secret', path, content, ...expected(path, facts), access: { owner: secretOwner(node, facts), mode: '0640' } }));
}

function expected(path: string, facts: NodeFacts): Pick<FileOutcome, 'expectedSha256'> {
  const present = fileAt(path, facts);
  return present === undefined ? {} : { expectedSha256: present.sha256 };
}

/** The node writes its paths as its unit does, such as /etc//grafana. */
export function fileAt(path: string, { files }: Pick<NodeFacts, 'files'>): FileFacts | undefined {
  return [...files].find(([written]) => normalize(written) === normalize(path))?.[1];
}

/** Certificates, the key of one, and the license, where the ones on the node are not the same. */
function carriedFiles(node: Node, facts: NodeFacts, { cluster, facts: { local }, sha256 }: OutcomeInput): readonly FileOutcome[] {
  const paths = nodePaths(node, facts.configPath);
  const owner = secretOwner(node, facts);
  const showsCertificate = cluster.database.client !== undefined && cluster.database.sslMode !== 'disable';
  const clientKey = local.databaseClientKey?.ok === true ? { ok: true, text: `${local.databaseClientKey.secret.reveal()}\n` } as const : undefined;
  const carried = [
    { what: 'certificate', path: paths.databaseCa, file: local.databaseCa, wanted: cluster.database.caCert !== undefined && cluster.database.sslMode !== 'disable', mode: '0644' },
    { what: 'certificate', path: paths.databaseClientCert, file: local.databaseClientCert, wanted: showsCertificate, mode: '0644' },
    { what: 'secret', path: paths.databaseClientKey, file: clientKey, wanted: showsCertificate, mode: '0640' },
    { what: 'certificate', path: paths.redisCa, file: local.redisCa, wanted: cluster.alerting.mode === 'redis' && cluster.redis?.caCert !== undefined, mode: '0644' },
    { what: 'license', path: paths.license, file: local.license, wanted: cluster.license !== undefined && !holdsNewerLicense(paths.license, facts, local), mode: '0640' },
  ] as const;
  return carried.flatMap(({ what, path, file, wanted, mode }) =>
    wanted && file?.ok && fileAt(path, facts)?.sha256 !== sha256(file.text) ? [{ what, path, content: new Secret(file.text), ...expected(path, facts), access: { owner, mode } }] : []);
}

/** Grafana may have renewed the token by itself: that is not taken back. */
function holdsNewerLicense(path: string, { licenses }: NodeFacts, { license }: LocalFacts): boolean {
  return license?.ok === true && licenses?.some((one) => one.path === path && isNewerLicense(license.text, one.text.reveal())) === true;
}

function configFile(node: Node, { config, configPath, service }: NodeFacts, { text }: MergedConfig, { sha256 }: OutcomeInput): readonly FileOutcome[] {
  if (text === (config?.text ?? '')) return [];
  const content = new Secret(text);
  if (config === undefined) return [{ what: 'config', path: configPath, content, access: { owner: `root:${service.group || 'root'}`, mode: '0640' } }];
  // The node hashed the bytes, we hash the text: what is no UTF-8 would come back as something else.
  if (sha256(config.text) !== config.sha256) {
    throw config.text.includes('\uFFFD')
      ? new UserError(`${configPath} on ${node.name} holds bytes that are no UTF-8, and would not survive a push.`, { hint: `iconv -f LATIN1 -t UTF-8 ${configPath}, if that is what it is written in` })
      : new UserError(`${configPath} on ${node.name} changed while it was read.`, { hint: 'Push again.' });
  }
  return [{ what: 'config', path: configPath, content, expectedSha256: config.sha256 }];
}

/** Who owns secret files: the config's owner, as long as Grafana's group can then read the file. */
export function secretOwner(node: Node, facts: NodeFacts): string {
  const { group, user } = facts.service;
  const owner = node.grafana.owner ?? facts.config?.owner;
  const readable = owner !== undefined && (group === '' || owner.endsWith(`:${group}`) || owner.startsWith(`${user}:`));
  return node.grafana.owner ?? (readable ? owner : `root:${group || 'root'}`);
}
