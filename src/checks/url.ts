import type { Reply } from '../facts/url.ts';
import { type Check, type Judgement, type Scene, type Skipped, check, failed, passed, skipped, warned } from './check.ts';
import { roadChecks } from './url-road.ts';
import { everyUrl, isAnswer, isFailing, isGrafana, isGrafanaHealth, locksOut, type SeenUrl } from './url-seen.ts';

/** What stands between people and the nodes. */
export const urlChecks: readonly Check[] = [
  check({
    id: 'url.certificate', group: 'url', about: everyUrl,
    title: 'The certificate is good for the name that people type',
    why: 'Browsers refuse a wrong or expired certificate, and so do alert links, image renderers and everything that calls the API.',
    fix: 'Give the load balancer a certificate whose subject alternative names hold the host of root_url, with all intermediate certificates behind it, and let it be renewed by itself.',
    judge: judgeCertificate,
  }),
  check({
    id: 'url.health', group: 'url', about: everyUrl,
    title: 'Every request through the load balancer is answered by a Grafana of this cluster',
    why: 'A balancer that goes on sending to a node that is down, or that hangs, fails one request in N. /api/health hangs when the database drops packets, so its check needs a time-out of its own.',
    fix: 'Let the balancer ask GET /api/health of every node, expect 200 and give up after 3 s: in HAProxy "option httpchk GET /api/health", "http-check expect status 200", "timeout check 3s" and "check" on each server; in nginx max_fails, fail_timeout and proxy_connect_timeout.',
    judge: judgeHealth,
  }),
  ...roadChecks,
];

const day = 86_400_000;

function judgeCertificate({ host, url: { certificate } }: SeenUrl, { cluster, facts }: Scene): Judgement | undefined {
  if (certificate === undefined) return undefined;
  const hint = `openssl s_client -connect ${host.includes(':') ? host : `${host}:443`} -servername ${new URL(cluster.rootUrl).hostname} </dev/null`;
  if (!certificate.ok) return failed({ code: 'no-tls', found: `no TLS: ${certificate.missing}`, expected: `TLS at ${host}, as root_url says`, hint });
  const { names, fitsName, notBefore, notAfter, chainError, issuer, topIssuer } = certificate.facts;
  const shown = (time: Date): string => time.toISOString().slice(0, 10);
  if (!fitsName) return failed({ code: 'wrong-name', found: `a certificate for ${names.join(', ') || 'no name at all'}`, expected: `one for ${new URL(cluster.rootUrl).hostname}`, hint });
  if (notAfter <= facts.at) return failed({ code: 'expired', found: `it expired ${shown(notAfter)}`, expected: 'a certificate that is valid today', hint });
  if (notBefore > facts.at) return failed({ code: 'not-yet-valid', found: `it is valid from ${shown(notBefore)}`, expected: 'a certificate that is valid today', hint });
  switch (chainError) {
    case undefined: break;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return failed({ code: 'self-signed', found: 'a certificate that signed itself', expected: 'one that an authority signed, which browsers know', hint });
    case 'CERT_HAS_EXPIRED':
      return failed({ code: 'chain-expired', found: `a certificate between this one and ${topIssuer} has expired`, expected: 'a chain that is valid today', hint });
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return warned({ code: 'private-authority', found: `it was signed by ${topIssuer}, which this machine does not know`, expected: 'an authority that every browser knows, or that is installed on all of them', hint: 'SSL_CERT_FILE=ca.pem grafana-ha validate --only url.certificate' });
    default:
      return warned({ code: 'chain', found: `its issuer ${issuer} is not known here, and was not sent along (${chainError})`, expected: 'the intermediate certificates behind the certificate, up to an authority that browsers know', hint });
  }
  // What renews itself does so with a third of its time left.
  const left = notAfter.getTime() - facts.at.getTime();
  if (left < Math.min(21 * day, (notAfter.getTime() - notBefore.getTime()) / 4)) {
    return warned({ code: 'expires-soon', found: `it expires ${shown(notAfter)}, in ${Math.floor(left / day)} days`, expected: 'more than 21 days left', hint });
  }
  return passed(`until ${shown(notAfter)}`);
}

function judgeHealth(seen: SeenUrl, { cluster, facts }: Scene): Judgement | Skipped {
  const { health, alive, addresses, certificate } = seen.url;
  if (certificate?.ok === false) return skipped(`no TLS at ${seen.host}`);
  const good = health.filter((reply) => isAnswer(reply) && reply.status === 200 && isGrafanaHealth(reply));
  const hanging = health.filter((reply) => reply.kind === 'none' && reply.code === 'ETIMEDOUT');
  const bad = health.filter((reply) => isFailing(reply) && !hanging.includes(reply));
  const share = (some: readonly Reply[]): string => `${some.length} of ${health.length} requests`;
  const expected = 'an answer of a healthy Grafana to every request';
  const straight = seen.url.straight === undefined ? '' : `; ${seen.url.straight.node} answers by itself`;
  if (hanging.length > 0) return failed({
    code: 'hangs',
    found: `GET /api/health: ${share(hanging)} got no answer within 4 s${isAnswer(alive) && alive.status === 200 ? ', while /healthz answers at once' : ''}${straight}`,
    expected, hint: 'HAProxy: timeout check 3s, timeout connect 3s · nginx: proxy_connect_timeout 3s, proxy_read_timeout for the health check',
  });
  if (bad.length > 0) return failed({
    code: bad.length === health.length ? 'down' : 'dead-node',
    found: `GET /api/health: ${share(bad)} failed (${[...new Set(bad.map(wordsOf))].join(', ')})${straight}`,
    expected, hint: bad.length === health.length ? 'look at the addresses and ports of the nodes in the load balancer' : 'HAProxy: option httpchk GET /api/health, and check on each server · nginx: max_fails=1 fail_timeout=10s on each server',
  });
  if (good.length === 0) {
    const lock = locksOut(seen.url);
    if (lock !== undefined) return skipped(lock);
    return isGrafana(seen.url) ? skipped(`the load balancer keeps /api/health to itself (${wordsOf(health[0]!)})`) : failed({
      code: 'not-grafana', found: `what answers at ${cluster.rootUrl} is not Grafana (GET /api/health: ${wordsOf(health[0]!)})`, expected: 'the load balancer of this cluster', hint: `getent hosts ${new URL(cluster.rootUrl).hostname}`,
    });
  }
  const own = new Set(seen.url.own.map(versionOf));
  const foreign = [...new Set(good.map(versionOf))].filter((version) => version !== '' && !own.has(version));
  if (seen.url.own.length === facts.nodes.length && foreign.length > 0) return failed({
    code: 'another-grafana', found: `Grafana ${foreign.join(' and ')} answers through the name; the nodes by themselves are ${[...own].join(' and ')}`, expected: 'only nodes of this cluster behind the load balancer', hint: 'take the address of the other Grafana out of the load balancer',
  });
  const closed = addresses.filter(({ address, refusal }) => refusal !== undefined && !(address.includes(':') && ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'].includes(refusal)));
  if (closed.length > 0) return warned({
    code: 'dead-address', found: `the name has ${addresses.length} addresses, and nothing answers at ${closed.map(({ address, refusal }) => `${address} (${refusal})`).join(', ')}`, expected: 'a load balancer at each of them', hint: `getent ahosts ${new URL(cluster.rootUrl).hostname}`,
  });
  return passed(`${good.length} of ${health.length} requests${affinity(health)}`);
}

/** Such as `12.2.0 (f00)`; empty where it is hidden (`hide_version`). */
function versionOf(reply: Reply): string {
  const said = (key: string): string | undefined => new RegExp(`"${key}"\\s*:\\s*"([^"]+)"`).exec(isAnswer(reply) ? reply.body : '')?.[1];
  const version = said('version');
  return version === undefined ? '' : `${version} (${said('commit')?.slice(0, 10) ?? 'no commit'})`;
}

function wordsOf(reply: Reply): string {
  return reply.kind === 'none' ? reply.code : String(reply.status);
}

/** Grafana sets no cookie on /api/health; these are the usual names of balancers that tie a browser to a node. */
function affinity(health: readonly Reply[]): string {
  const names = health.flatMap((reply) => (reply.kind === 'answer' ? reply.cookies : [])).map((cookie) => cookie.split('=')[0]!.trim());
  const sticky = names.find((name) => /^(SERVERID|SRV|AWSALB|AWSELB|route$|ROUTEID|BIGipServer|GCLB|ARRAffinity|lb|sticky)/i.test(name));
  return sticky === undefined ? '' : `; the cookie ${sticky} ties each browser to a node, which Grafana does not need`;
}
