import type { NodeFacts } from '../facts.ts';
import type { Egress, NodeLicense } from '../facts/license.ts';
import { isNewerLicense, readLicense } from '../grafana/license.ts';
import { nodePaths } from '../settings/node-paths.ts';
import { sshByHand } from '../shell/ssh-by-hand.ts';
import { type About, type Check, type Judgement, type Scene, check, failed, passed, warned } from './check.ts';
import { sshTo } from './ssh-to.ts';
import { everyNode, type LookedAt, wholeCluster } from './subjects.ts';

/** The Enterprise license, where there is one or should be. */
export const licenseChecks: readonly Check[] = [
  check({
    id: 'license.token', group: 'cluster', about: wholeCluster,
    title: 'The license token is for this URL and valid',
    why: 'Grafana starts with a wrong or expired license, too, and only drops the Enterprise features.',
    fix: 'Download the token of the very URL that people type (root_url, with its slash) at grafana.com, My Account, Licenses, and name it under [license] of the cluster file. If the license is for another URL that people use as well, make that one the root_url.',
    judge: (_, scene) => judgeToken(scene),
  }),
  check({
    id: 'license.edition', group: 'cluster', about: everyNode,
    title: 'Grafana Enterprise is installed where a license goes',
    why: 'The open source edition ignores a license without a word.',
    fix: 'Install the package grafana-enterprise of the same version in place of grafana, one node after the other: it keeps config and data. Or take [license] out of the cluster file.',
    judge: ({ node, facts }, { cluster }) => {
      if (cluster.license === undefined || facts.grafana === undefined) return undefined;
      return facts.grafana.edition === 'enterprise' ? passed() : warned({
        code: 'oss', found: 'a license, and the open source edition', expected: 'the package grafana-enterprise', hint: `${sshTo(node, cluster)}, then: ${installEnterprise(facts)}`,
      });
    },
  }),
  check({
    id: 'license.same', group: 'cluster', about: wholeCluster,
    title: 'Every node has the same license',
    why: 'With a license on some nodes, or an old one on disk, Enterprise features come and go with the node that answers.',
    fix: 'Name the newest token under [license] of the cluster file and push: every node gets it. Tokens uploaded in the browser reach the database, and leave old files on the disks as they are.',
    judge: (_, scene) => judgeSame(scene),
  }),
  check({
    id: 'license.newest', group: 'cluster', about: everyNode,
    title: 'The license here is as new as the one on the node',
    why: 'Grafana renews its token by itself. A push leaves a newer one on a node alone, but other nodes would get the older one from here.',
    fix: 'Copy the newer token from the node over the one here, or say text = nodes under [license]: then the newest of all nodes counts.',
    judge: ({ node, facts }, { cluster, facts: { local } }) => {
      if (!local.license?.ok) return undefined;
      const { text } = local.license;
      const newer = facts.licenses?.find((one) => isNewerLicense(text, one.text.reveal()));
      if (newer === undefined) return passed();
      const from = newer.path.startsWith('/') ? newer.path : nodePaths(node, facts.configPath).license;
      return warned({
        code: 'newer-on-node', found: `${newer.path} was renewed after the token here`, expected: 'the newest token here',
        hint: `ssh ${sshByHand(node.target, cluster.ssh.config)} sudo cat ${from} > ${cluster.license?.path ?? 'license.jwt'}`,
      });
    },
  }),
  check({
    id: 'license.renewal', group: 'url', about: everyRenewal,
    title: 'The node reaches grafana.com, where its license is renewed',
    why: 'A token ends after some weeks, and Grafana gets the next one from grafana.com by itself. Where it cannot, the Enterprise features end one day without a word.',
    fix: 'Let the node reach grafana.com on port 443, or give its Grafana an HTTPS_PROXY. Where that may not be, say auto_refresh = no under [license], and bring a new token before each end.',
    judge: ({ egress }) => (egress.kind === 'closed' ? warned({
      code: egress.code, found: `grafana.com:443 does not answer from here: ${egress.said}`, expected: 'a TLS connection', hint: 'curl -sS -o /dev/null https://grafana.com (on the node), or auto_refresh = no under [license]',
    }) : passed(egress.kind === 'proxy' ? 'through its proxy' : undefined)),
  }),
];

function judgeToken({ cluster, facts }: Scene): Judgement | undefined {
  const editions = facts.nodes.flatMap(({ node }) => (node.ok && node.facts.grafana !== undefined ? [node.facts.grafana.edition] : []));
  const held = facts.nodes.some(({ node }) => node.ok && usedLicense(node.facts) !== undefined);
  const name = 'path = PATH under [license] of the cluster file';
  const { license } = facts.local;
  if (cluster.license === undefined || license === undefined) {
    return editions.includes('enterprise') && !held ? warned({
      code: 'none',
      found: 'Grafana Enterprise, and no license',
      expected: 'a license token: without one it works as the open source edition',
      hint: name,
    }) : undefined;
  }
  if (!license.ok) return failed({ code: 'missing', found: license.missing, expected: 'the license token', hint: name });
  const { findings } = readLicense(license.text, cluster.rootUrl, facts.at);
  const worst = findings.find(({ weight }) => weight === 'error') ?? findings[0];
  if (worst === undefined) return passed(cluster.license.path);
  const finding = { code: worst.code, found: worst.found, expected: worst.expected, hint: `download the token of ${cluster.rootUrl} at grafana.com${cluster.license.path === undefined ? '' : `, to ${cluster.license.path}`}` };
  return worst.weight === 'error' ? failed(finding) : warned(finding);
}

/** What the cluster file names, a push brings everywhere; what it does not name, nobody does. */
function judgeSame({ cluster, facts }: Scene): Judgement | undefined {
  const seen = facts.nodes.flatMap(({ name, node }) => (node.ok && node.facts.grafana?.edition === 'enterprise' && node.facts.licenses !== undefined ? [{ name, token: usedLicense(node.facts)?.text.reveal().trim() }] : []));
  const tokens = [...new Set(seen.map(({ token }) => token))];
  if (seen.length < 2 || tokens.every((token) => token === undefined)) return undefined;
  if (tokens.length === 1) return passed();
  const found = tokens.map((token) => `${seen.filter((one) => one.token === token).map(({ name }) => name).join(', ')}: ${describe(token, cluster.rootUrl, facts.at)}`).join('; ');
  const expected = 'one token on all nodes';
  return cluster.license === undefined
    ? failed({ code: 'differs', found, expected, hint: 'path = PATH under [license] of the cluster file, then grafana-ha push' })
    : warned({ code: 'differs', found, expected, hint: 'grafana-ha push' });
}

/** Such as `until 2027-05-01`; nothing of the token itself. */
function describe(token: string | undefined, rootUrl: string, at: Date): string {
  if (token === undefined) return 'none';
  const { license, findings } = readLicense(token, rootUrl, at);
  const worst = findings.find(({ weight }) => weight === 'error');
  return worst?.found ?? `a token until ${license?.tokenExpires?.toISOString().slice(0, 16) ?? 'no date'}${license?.issuedAt === undefined ? '' : `, of ${license.issuedAt.toISOString().slice(0, 16)}`}`;
}

function usedLicense({ licenses }: NodeFacts): NodeLicense | undefined {
  return licenses?.find(({ used }) => used);
}

function installEnterprise({ system, grafana }: NodeFacts): string {
  const version = grafana?.version ?? '';
  if (/^(debian|ubuntu)/.test(system)) return `sudo apt-get install grafana-enterprise=${version}`;
  return /^(sles|opensuse)/.test(system) ? `sudo zypper install grafana-enterprise-${version}` : `sudo dnf install grafana-enterprise-${version} --allowerasing`;
}

function everyRenewal(scene: Scene): ReturnType<About<LookedAt & { readonly egress: Egress }>> {
  return everyNode(scene).flatMap((subject) => {
    const egress = scene.facts.egress?.get(subject.node ?? '');
    return egress === undefined || !subject.fact.ok ? [] : [{ ...subject, fact: { ok: true, facts: { ...subject.fact.facts, egress } } }];
  });
}
