/** Keys that say where Grafana lives on a node: for all nodes in `[grafana]`, for one in `[node.NAME]`. */
const layout = ['config_path', 'unit', 'start', 'stop', 'status', 'state_path', 'secrets_path', 'owner', 'become'];

/** Every section of the cluster file with its keys; `any` where the person chooses them. */
const sections: ReadonlyMap<string, readonly string[] | 'any'> = new Map<string, readonly string[] | 'any'>([
  ['cluster', ['name', 'root_url', 'settings', 'secrets', 'push']],
  ['ssh', ['config', 'become', 'per_hop']],
  ['nodes', 'any'],
  ['grafana', layout],
  ['database', ['type', 'host', 'name', 'user', 'password', 'ssl_mode', 'ca_cert', 'client_cert', 'client_key', 'server_cert_name', 'max_open_conn']],
  ['security', ['secret_key', 'secrets_manager_key', 'admin_user', 'admin_password']],
  ['license', ['path', 'text', 'auto_refresh']],
  ['alerting', ['mode', 'reason', 'port', 'label', 'allow_public']],
  ['redis', ['address', 'kind', 'master_name', 'username', 'password', 'sentinel_password', 'db', 'prefix', 'tls', 'ca_cert']],
  ['live', ['engine', 'address', 'prefix', 'password']],
  ['push', ['keep', 'wait', 'on_failure']],
  ['hooks', ['before_node', 'after_node', 'before_migration']],
  ['ignore', 'any'],
]);

export const sectionNames: readonly string[] = [...sections.keys()];

/** The keys a section may hold, `any` for free ones; undefined: there is no such section. */
export function keysOf(section: string): readonly string[] | 'any' | undefined {
  return /^node\.[^.]+$/.test(section) ? ['gossip_address', 'nat', ...layout] : sections.get(section);
}

/** Another section that knows this key: the key most likely stands under the wrong header. */
export function sectionWith(key: string): string | undefined {
  return sectionNames.find((section) => sections.get(section)?.includes(key) && sections.get(section) !== 'any');
}
