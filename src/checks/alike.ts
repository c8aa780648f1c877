import { effectiveOf } from '../grafana/effective-of.ts';
import { type Check, check, failed, passed, warned } from './check.ts';
import { sshTo } from './ssh-to.ts';
import { everyNode, type LookedAt } from './subjects.ts';

/** Settings that belong to all nodes and that no push writes; `breaks`: people are logged out or sent round in circles. */
const shared = [
  { section: 'auth', key: 'login_cookie_name', breaks: true },
  { section: 'server', key: 'serve_from_sub_path', breaks: true },
  { section: 'auth', key: 'login_maximum_inactive_lifetime_duration' },
  { section: 'auth', key: 'login_maximum_lifetime_duration' },
  { section: 'auth', key: 'token_rotation_interval_minutes' },
  { section: 'security', key: 'cookie_secure' },
  { section: 'security', key: 'cookie_samesite' },
  { section: 'server', key: 'enforce_domain' },
  { section: 'unified_alerting', key: 'execute_alerts' },
] as const;

/** Settings that make one cluster of the nodes for the people who use it. */
export const alikeChecks: readonly Check[] = [
  check({
    id: 'config.alike', group: 'config', about: everyNode,
    title: 'Sessions, cookies and redirects are set alike on every node',
    why: 'A cookie that one node calls otherwise is no login there: people are logged out at random, depending on which node answers.',
    fix: 'Set the same value on every node, or none at all; the settings that all nodes share can go into the file that settings = FILE of the cluster file names.',
    judge: ({ node, facts }, { cluster, facts: { nodes } }) => {
      const own = valuesOf(facts);
      const first = nodes.flatMap(({ name, node: other }) => {
        const values = other.ok ? valuesOf(other.facts) : undefined;
        return values === undefined ? [] : [{ name, values }];
      })[0];
      if (own === undefined || first === undefined || first.name === node.name) return own === undefined ? undefined : passed();
      const differing = shared.filter((_, index) => own[index] !== first.values[index]);
      if (differing.length === 0) return passed();
      const words = (one: (typeof shared)[number]): string => {
        const [here, there] = [own, first.values].map((values) => values[shared.indexOf(one)] || 'empty');
        return `[${one.section}] ${one.key} is ${here}, on ${first.name} ${there}`;
      };
      const finding = { found: differing.map(words).join('; '), expected: 'one value on all nodes', hint: `${sshTo(node, cluster)} sudoedit ${facts.configPath}` };
      return differing.some((one) => 'breaks' in one) ? failed({ code: 'breaks-logins', ...finding }) : warned({ code: 'differ', ...finding });
    },
  }),
];

/** In the order of `shared`; undefined: Grafana cannot read its config. */
function valuesOf(facts: LookedAt['facts']): readonly string[] | undefined {
  const effective = effectiveOf(facts);
  if (!effective.ok) return undefined;
  return shared.map(({ section, key }) => {
    const value = effective.config.get(section, key)?.value ?? '';
    return /^(1|t|true|y|yes|on)$/i.test(value) ? 'true' : /^(0|f|false|n|no|off)$/i.test(value) ? 'false' : value;
  });
}
