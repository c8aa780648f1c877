import { posix } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { Facts, NodeFacts } from '../facts.ts';
import { secretOwner } from '../plan/node-outcome.ts';
import { settleSecrets } from '../push/settle-secrets.ts';
import { renderCustomIni } from '../render/custom-ini.ts';
import type { ClusterSecrets } from '../settings/settings-for.ts';
import { nodeSettings } from '../settings/node-settings.ts';
import { writeSetting } from '../settings/write-setting.ts';
import type { World } from '../world.ts';
import { loadCluster, reach } from './load-cluster.ts';
import type { ReachOptions } from './load-cluster.ts';
import { lookAtNodes } from './look-at-nodes.ts';

export interface RenderOptions extends ReachOptions {
  readonly output: string;
  readonly withSecrets?: boolean;
}

/** Writes each node's custom.ini into a folder; changes no node. */
export async function render(world: World, options: RenderOptions): Promise<ExitCode> {
  const cluster = await loadCluster(world, options);
  const { connected, gathering: { facts, databasePassword } } = await lookAtNodes(world, cluster, reach(options), { groups: new Set() });
  await using _ = connected;
  const secrets = options.withSecrets ? await settleSecrets({ cluster, facts, databasePassword }, world) : undefined;
  const written = await writeRendered({ cluster, facts, output: options.output, ...(secrets === undefined ? {} : { secrets }) }, world);
  world.screen.print(written.join('\n'));
  return ExitCode.Done;
}

export interface RenderInput {
  readonly cluster: Cluster;
  readonly facts: Facts;
  readonly output: string;
  /** Given: they are written here, too. Absent: custom.ini names the files on the node, and nothing else tells them. */
  readonly secrets?: ClusterSecrets;
}

interface RenderedFile {
  readonly name: string;
  readonly text: string;
}

/** Writes `OUTPUT/NODE/custom.ini` for every node, private and kept out of git; gives the paths as the person named them. */
export async function writeRendered(input: RenderInput, { files }: Pick<World, 'files'>): Promise<readonly string[]> {
  const template = await files.template('custom.ini');
  const rendered = input.cluster.nodes.flatMap(({ name }) => renderNode(name, factsOf(name, input.facts), template, input));
  for (const { name, text } of [{ name: '.gitignore', text: '*\n' }, ...rendered]) {
    await files.write(posix.join(files.resolve(input.output), name), text, { mode: 0o600, folderMode: 0o700 });
  }
  return rendered.map(({ name }) => posix.join(input.output, name));
}

function renderNode(name: string, nodeFacts: NodeFacts, template: string, { cluster: whole, facts, secrets }: RenderInput): readonly RenderedFile[] {
  const cluster: Cluster = secrets === undefined ? { ...whole, secrets: 'files' } : whole;
  const node = cluster.nodes.find((one) => one.name === name)!;
  const settings = nodeSettings(node, nodeFacts, { cluster, facts, secrets: secrets ?? unnamedSecrets(facts, cluster) });
  const text = renderCustomIni(template, { cluster, node, settings, configPath: nodeFacts.configPath, secretOwner: secretOwner(node, nodeFacts) });
  const secretFiles = secrets === undefined ? [] : settings.flatMap((setting) => writeSetting(setting).file ?? []);
  return [{ name: `${name}/custom.ini`, text }, ...secretFiles.map(({ path, content }) => ({ name: `${name}/secrets/${posix.basename(path)}`, text: content.reveal() }))];
}

/** custom.ini names the files alone, so what they hold need not be known. */
function unnamedSecrets({ nodes }: Facts, { redis, live }: Cluster): ClusterSecrets {
  const nothing = new Secret('secret');
  const hasUsers = nodes.some(({ database }) => database.ok && database.facts.server?.schema.kind === 'grafana' && database.facts.server.schema.users > 0);
  return {
    databasePassword: nothing, secretKey: nothing, secretsManagerKey: nothing, ...(hasUsers ? {} : { adminPassword: nothing }),
    redis: {
      ...(redis?.password === undefined ? {} : { password: nothing }),
      ...(redis?.sentinelPassword === undefined ? {} : { sentinelPassword: nothing }),
      ...(live?.password === undefined ? {} : { livePassword: nothing }),
    },
  };
}

function factsOf(name: string, { nodes }: Facts): NodeFacts {
  const found = nodes.find((one) => one.name === name)?.node ?? { ok: false, missing: 'it was not looked at' };
  if (found.ok) return found.facts;
  throw new UserError(`${name} cannot be rendered: ${found.missing}.`, { hint: 'grafana-ha validate --only "node.*"' });
}
