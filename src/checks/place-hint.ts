import type { Cluster, Node } from '../cluster/cluster.ts';
import type { NodeFacts } from '../facts.ts';
import type { Override } from '../settings/override.ts';
import { sshTo } from './ssh-to.ts';

/** What to type to get rid of an override: the file that sets it, or how to find who does. */
export function placeHint({ name, place }: Override, node: Node, { running, startFiles, container, service }: NodeFacts, cluster: Pick<Cluster, 'ssh'>): string {
  const on = sshTo(node, cluster);
  const { unit } = node.grafana;
  const file = /^(\/.*):\d+$/.exec(place)?.[1];
  const again = `sudo systemctl restart ${unit}`;
  if (file !== undefined) {
    if (/^(\/usr)?\/lib\/systemd\//.test(file)) return `${on} sudo systemctl edit --full ${unit}`;
    return /\.(service|conf)$/.test(file) && /\/systemd\//.test(file) ? `${on} 'sudoedit ${file} && sudo systemctl daemon-reload'` : `${on} sudoedit ${file}`;
  }
  if (place === 'systemctl show-environment') return `${on} sudo systemctl unset-environment ${name}`;
  if (container !== undefined) return `${on} sudo ${container.engine} inspect ${container.name}, then start it anew without ${name}`;
  // Gone from the files and still in the process: the next start is without it.
  const isChanged = running !== undefined && (startFiles ?? []).some(({ modified }) => modified > running.startedAt);
  if (isChanged) return `${on} ${again}`;
  return service.pid === undefined ? `${on} systemctl cat ${unit}` : `${on} 'systemctl cat ${unit}; pstree -sa ${service.pid}'`;
}
