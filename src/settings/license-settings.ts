import type { Cluster, Node } from '../cluster/cluster.ts';
import { type ManagedSetting, absent, text } from './managed-setting.ts';
import { nodePaths } from './node-paths.ts';
import type { SettingsInput } from './settings-for.ts';

/** Where Grafana finds its license, and whether it renews it; nothing where the cluster file names none. */
export function licenseSettings({ license }: Cluster, node: Node, { configPath, present }: Pick<SettingsInput, 'configPath' | 'present'>): readonly ManagedSetting[] {
  if (license === undefined) return [];
  const refresh = license.autoRefresh ? 'true' : 'false';
  // Grafana renews unless it is told otherwise.
  const refreshes = present?.get('enterprise', 'auto_refresh_license')?.value || 'true';
  return [
    text('enterprise', 'license_path', nodePaths(node, configPath).license),
    // A second token in the config: which of the two Grafana takes is said nowhere.
    absent('enterprise', 'license_text'),
    ...(refreshes === refresh ? [] : [text('enterprise', 'auto_refresh_license', refresh)]),
  ];
}
