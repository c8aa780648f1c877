import { readLicense } from '../grafana/license.ts';
import { type Check, check, failed, passed, warned } from './check.ts';
import { wholeCluster } from './subjects.ts';

/** The Enterprise license, where there is one or should be. */
export const licenseChecks: readonly Check[] = [
  check({
    id: 'license.token', group: 'cluster', about: wholeCluster,
    title: 'The license token is for this URL and valid',
    why: 'Grafana starts with a wrong or expired license, too, and only drops the Enterprise features.',
    judge: (_, { cluster, facts }) => {
      const editions = facts.nodes.flatMap(({ node }) => (node.ok && node.facts.grafana !== undefined ? [node.facts.grafana.edition] : []));
      const name = 'path = PATH under [license] of the cluster file';
      const { license } = facts.local;
      if (cluster.license === undefined || license === undefined) {
        return editions.includes('enterprise') ? warned({
          code: 'none',
          found: 'Grafana Enterprise, and no license',
          expected: 'a license token: without one it works as the open source edition',
          hint: name,
        }) : undefined;
      }
      if (!license.ok) return failed({ code: 'missing', found: license.missing, expected: 'the license token', hint: name });
      const { findings } = readLicense(license.text, cluster.rootUrl, facts.at);
      const worst = findings.find(({ weight }) => weight === 'error') ?? findings[0];
      if (worst === undefined) {
        return editions.includes('oss') ? warned({
          code: 'oss',
          found: 'a license, and nodes with the open source edition',
          expected: 'the package grafana-enterprise',
          hint: 'sudo apt-get install grafana-enterprise',
        }) : passed(cluster.license.path);
      }
      const finding = { code: worst.code, found: worst.found, expected: worst.expected, hint: `download the token of ${cluster.rootUrl} at grafana.com, to ${cluster.license.path}` };
      return worst.weight === 'error' ? failed(finding) : warned(finding);
    },
  }),
];
