import { type Check, check, passed, warned } from './check.ts';
import { everyNode } from './subjects.ts';

/** What was added to each Grafana. */
export const pluginChecks: readonly Check[] = [
  check({
    id: 'node.plugins', group: 'grafana', about: everyNode,
    title: 'Every node has the same plugins',
    why: 'Plugins lie on the disk of one node: a panel works or is "not found", depending on which node answers.',
    fix: 'Install the plugin in the same version on every node (grafana-cli plugins install ID VERSION), and restart them one at a time. What is installed in the browser reaches one node alone.',
    judge: ({ node, facts: { plugins } }, { facts: { nodes } }) => {
      if (plugins === undefined) return undefined;
      const others = nodes.flatMap(({ name, node: other }) => (other.ok && other.facts.plugins !== undefined && name !== node.name ? [{ name, plugins: other.facts.plugins }] : []));
      const wanted = new Map(others.flatMap(({ name, plugins: theirs }) => [...theirs].filter(([id, version]) => plugins.get(id) !== version).map(([id, version]) => [id, { version, name }] as const)));
      const [first] = wanted;
      if (first === undefined) return passed(plugins.size === 0 ? 'none added' : `${plugins.size} added`);
      return warned({
        code: 'differ',
        found: [...wanted].map(([id, { version, name }]) => `${id} ${plugins.get(id) ?? 'is missing'}, ${name} has ${version}`).join('; '),
        expected: 'the same plugins in the same versions on every node',
        hint: `on ${node.name}: sudo grafana-cli plugins install ${first[0]} ${first[1].version}`,
      });
    },
  }),
];
