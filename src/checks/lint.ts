import { effectiveOf } from '../grafana/effective-of.ts';
import { newestKnownVersion } from '../grafana/catalogue.ts';
import { lint } from '../grafana/lint.ts';
import type { LintFinding } from '../grafana/lint-finding.ts';
import { type Check, check, failed, passed, warned } from './check.ts';
import { sshTo } from './ssh-to.ts';
import { everyNode } from './subjects.ts';

/** What each node's own config says that its Grafana refuses or misreads. */
export const lintChecks: readonly Check[] = [
  check({
    id: 'config.lint', group: 'config', about: everyNode,
    title: "Grafana takes every line of the node's config as it was meant",
    why: 'A mistyped section, a value that is cut or a word that is not known is ignored without a word.',
    fix: 'Change or take out the lines that are named; grafana-ha lint FILE says more about each of them.',
    judge: ({ node, facts }, { cluster }) => {
      const { config, defaults, grafana, addresses } = facts;
      const effective = effectiveOf(facts);
      // What does not parse is said by node.config.
      if (config === undefined || !effective.ok) return undefined;
      // What keys are worth is judged over all nodes: keys.ts.
      const findings = lint({ text: config.text, version: grafana?.version ?? newestKnownVersion, effective, addresses, ...(defaults === undefined ? {} : { defaults }) }).filter(({ id }) => id !== 'public-secret-key');
      const [worst] = findings.filter(({ weight }) => weight === 'error').concat(findings);
      if (worst === undefined) return passed();
      const place = (line: number | undefined): string => (line === undefined ? 'outside the file' : `${config.path}:${line}`);
      const finding = {
        code: worst.id,
        found: findings.map(({ line, found, ...one }) => `${place(line)} ${settingOf(one)}: ${found}`).join('; '),
        expected: worst.expected,
        hint: worst.line === undefined ? `${sshTo(node, cluster)} systemctl cat ${node.grafana.unit}` : `${sshTo(node, cluster)} sudoedit ${config.path}`,
      };
      return findings.some((one) => one.weight === 'error' && !isWritten(one)) ? failed(finding) : warned(finding);
    },
  }),
];

function settingOf({ section, key }: Pick<LintFinding, 'section' | 'key'>): string {
  return key === '' ? `[${section}]` : `[${section}] ${key}`;
}

/** A push writes these over: their mistakes must not stop it. */
const written = /^(database|server\.root_url|server\.domain|security\.secret_key|unified_alerting\.(ha_|enabled))/;

function isWritten({ section, key }: LintFinding): boolean {
  return written.test(`${section}.${key}`);
}
