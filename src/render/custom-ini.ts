import { editIni } from '../grafana/edit-ini.ts';
import type { Cluster, Node } from '../cluster/cluster.ts';
import type { ManagedSetting } from '../settings/managed-setting.ts';
import { writeSetting } from '../settings/write-setting.ts';
import { fillTemplate } from './fill-template.ts';

export interface CustomIniInput {
  readonly cluster: Cluster;
  readonly node: Node;
  readonly settings: readonly ManagedSetting[];
  readonly configPath: string;
  /** `user:group` of the secret files. */
  readonly secretOwner: string;
}

/** Renders one node's settings as a config for a person to read; the same input gives the same bytes. */
export function renderCustomIni(template: string, { cluster, node, settings, configPath, secretOwner }: CustomIniInput): string {
  const values = settings.filter(({ isBase }) => isBase !== true).flatMap((setting) => {
    const { value } = writeSetting(setting);
    return value === undefined ? [] : [[`${setting.section}.${setting.key}`, value] as const];
  });
  const filled = fillTemplate(template, new Map([
    ['node', node.name], ['cluster', cluster.name], ['config_path', configPath], ['secret_owner', secretOwner],
    ['founder', cluster.nodes[0]?.name ?? node.name],
    // Its line goes with the gossip settings.
    ...(cluster.alerting.mode === 'gossip' ? [['gossip_port', String(cluster.alerting.port)] as const] : []), ...values,
  ]));
  // What the template does not know goes to the end of its section.
  return editIni(filled, settings.filter(({ isBase }) => isBase).map((setting) => ({ section: setting.section, key: setting.key, written: writeSetting(setting).value })));
}
