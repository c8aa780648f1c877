import type { NodeFacts } from '../facts.ts';
import { type Check, check, failed, passed } from './check.ts';
import { everyHost } from './host-subjects.ts';
import { sshTo } from './ssh-to.ts';

/** Somebody else who writes the config of a node. */
export interface ConfigManager {
  readonly name: string;
  /** Such as `puppet.service is active` or `/etc/grafana/grafana.ini:1 says "Ansible managed"`. */
  readonly found: string;
  /** Stops it on the node; undefined: it runs elsewhere. */
  readonly stop?: string;
}

/** What would put a node's config back after a push: agents that run there, and what the config says of itself. */
export function configManagers({ host, config }: Pick<NodeFacts, 'host' | 'config'>): readonly ConfigManager[] {
  const agents = (host?.managers ?? []).filter(({ knowsConfig }) => knowsConfig !== false).map(({ name, by, knowsConfig }) => ({
    name,
    found: `${name} runs here (${by})${knowsConfig === true ? ' and has the config among its files' : ''}`,
    stop: name === 'Puppet' ? "sudo puppet agent --disable 'Grafana is pushed by grafana-ha'" : by.startsWith('/') ? `sudoedit ${by}` : `sudo systemctl disable --now ${by}`,
  }));
  return [...agents, ...managedWords(config)];
}

const names = 'puppet|chef|cinc|salt(?:stack)?|ansible|cfengine|rudder|terraform|cloud-init';
/** The headers that config managers put over their files, and what people write in their stead. */
const header = new RegExp(`\\b(?:ansible managed|(?:managed|maintained|controlled|generated|deployed|created|written) (?:\\w+ )?(?:by|with|via|through|using) (?:the )?(?:${names})|(?:${names})[- ]managed|managed by (?:config(?:uration)? management))\\b`, 'i');

function managedWords(config: NodeFacts['config']): readonly ConfigManager[] {
  const lines = (config?.text ?? '').split(/\r?\n/);
  const at = lines.findIndex((line) => /^\s*[#;]/.test(line) && header.test(line));
  if (config === undefined || at < 0) return [];
  const words = lines[at]!.replace(/^[\s#;]+/, '').trim().slice(0, 80);
  return [{ name: new RegExp(names, 'i').exec(words)?.[0] ?? 'configuration management', found: `${config.path}:${at + 1} says "${words}"` }];
}

/** Who else writes the config. */
export const configManagerChecks: readonly Check[] = [
  check({
    id: 'node.config-manager', group: 'host', about: everyHost,
    title: 'Nobody else writes the config of Grafana',
    why: 'A config manager puts the file back at its next run: one node then leaves the cluster, at night and by itself.',
    fix: "Take the config of Grafana out of its hands, or let it write what grafana-ha render gives. Where it does not touch this file, say so under [ignore] of the cluster file: node.config-manager = WHY.",
    judge: ({ node, facts }, { cluster }) => {
      const found = configManagers(facts);
      const [first] = found;
      return first === undefined ? passed() : failed({
        code: 'config-manager',
        found: found.map((one) => one.found).join('; '),
        expected: 'one who writes this file',
        hint: first.stop === undefined ? 'node.config-manager = WHY under [ignore] of the cluster file, once its run leaves the config alone' : `${sshTo(node, cluster)} ${first.stop}`,
      });
    },
  }),
];
