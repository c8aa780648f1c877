import { classifyIp } from '../cluster/ip.ts';
import type { Reply } from '../facts/url.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { type Check, type Judgement, type Scene, type Skipped, check, failed, passed, skipped, warned } from './check.ts';
import { everyRoad, isAnswer, isFailing, isGatewayError, isPortal, type SeenUrl } from './url-seen.ts';

/** What a load balancer may do to a request on its way. */
export const roadChecks: readonly Check[] = [
  check({
    id: 'url.redirects', group: 'url', about: everyRoad,
    title: 'root_url leads to a page of itself',
    why: 'A wrong root_url, sub-path or TLS setting sends browsers in circles, to a node, or to http.',
    fix: 'Let root_url be what people type, on all nodes, and end TLS at the balancer without redirecting what is https already. With a path in root_url either set serve_from_sub_path = true under [server] on all nodes, or let the balancer take the path off.',
    judge: judgeRedirects,
  }),
  check({
    id: 'url.host', group: 'url', about: everyRoad,
    title: 'Host and Origin come through the load balancer as the browser sent them',
    why: 'Grafana compares the two: where the balancer writes another Host, every login and every save ends in 403 "origin not allowed".',
    fix: 'Pass the Host on as it came. nginx: proxy_set_header Host $http_host; Apache: ProxyPreserveHost On; HAProxy does so unless it is told otherwise. Only where that cannot be, name the host in csrf_trusted_origins under [security].',
    judge: judgeHost,
  }),
  check({
    id: 'url.websocket', group: 'url', about: everyRoad,
    title: 'WebSockets pass the load balancer',
    why: 'Without them Grafana Live is silent: nothing that streams shows up, nobody sees that somebody else saved the dashboard, and browsers try again for ever.',
    fix: 'Pass the upgrade on. nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_read_timeout 1h; HAProxy: timeout tunnel 1h.',
    judge: judgeWebSocket,
  }),
  check({
    id: 'url.metrics', group: 'url', about: everyRoad,
    title: '/metrics is not shown to everybody',
    why: 'It tells data source names, versions and how busy the cluster is, without a login. Do not turn it off: it is how one sees that the nodes are one cluster.',
    fix: 'Deny /metrics at the load balancer, or set basic_auth_username and basic_auth_password under [metrics] on all nodes; scrape the nodes by themselves.',
    judge: judgeMetrics,
  }),
];

function judgeRedirects({ url: { shared, straight } }: SeenUrl, scene: Scene): Judgement | Skipped {
  const root = new URL(scene.cluster.rootUrl);
  const last = shared.visits.at(-1)!;
  if (!isAnswer(last.reply)) return skipped(`${last.url} got no answer (${last.reply.code})`);
  const trail = [...shared.visits.map(({ url }) => short(url, root)), ...(last.next === undefined ? [] : [short(last.next, root)])].join(' → ');
  const expected = `a page under ${root.href}`;
  if (last.next !== undefined) {
    const next = new URL(last.next);
    if (next.origin === root.origin) return failed({ code: 'loop', found: trail, expected, hint: loopHint(root, straight, scene) });
    if (isPortal(last)) return passed(`${trail.split('?')[0]}, a login`);
    if (next.hostname !== root.hostname) return failed({ code: 'elsewhere', found: trail, expected, hint: 'root_url and enforce_domain under [server] of each node, and the redirects of the load balancer, name another host' });
    if (root.protocol === 'http:' && next.protocol === 'https:') return warned({
      code: 'https', found: `${trail}: people come by https, and root_url says http`, expected: 'root_url as people use it', hint: `root_url = https://${next.host}${root.pathname} (in the cluster file)`,
    });
    return failed({ code: next.protocol === root.protocol ? 'other-port' : 'http', found: trail, expected, hint: 'nginx: proxy_redirect default; proxy_set_header Host $http_host; and root_url of each node as in the cluster file' });
  }
  const { status } = last.reply;
  if (isGatewayError(last.reply)) return skipped(`${last.url} answers ${status} (see url.health)`);
  if (status === 404) return failed({ code: 'not-found', found: `${trail}: 404`, expected, hint: root.pathname === '/' ? 'let the load balancer pass / on to Grafana' : subPathHint(root) });
  return status < 300 ? passed(trail) : skipped(`${last.url} answers ${status}`);
}

/** Within root_url the path alone. */
function short(url: string, { origin }: URL): string {
  return url.startsWith(`${origin}/`) ? url.slice(origin.length) : url;
}

function loopHint(root: URL, straight: SeenUrl['url']['straight'], { facts }: Scene): string {
  const node = facts.nodes.find(({ name }) => name === straight?.node)?.node;
  const effective = node?.ok ? effectiveOf(node.facts) : undefined;
  const value = (key: string): string => (effective?.ok ? effective.config.get('server', key)?.value ?? '' : '');
  if (root.pathname !== '/' && !isOn(value('serve_from_sub_path'))) return subPathHint(root);
  const loops = straight?.visits.at(-1)?.next !== undefined;
  if (loops) return isOn(value('enforce_domain')) ? `domain = ${root.hostname} under [server] of each node, or enforce_domain = false` : 'root_url under [server] of each node as in the cluster file';
  return 'the load balancer redirects what is https already; HAProxy: http-request redirect scheme https unless { ssl_fc } · nginx: return 301 https://… only in the server of port 80';
}

function subPathHint({ pathname }: URL): string {
  return `serve_from_sub_path = true under [server] of each node, or let the load balancer take ${pathname} off (nginx: proxy_pass with a / at its end)`;
}

function isOn(value: string): boolean {
  return /^(1|t|true|y|yes|on)$/i.test(value);
}

function judgeHost({ url: { shared, straight } }: SeenUrl, { cluster }: Scene): Judgement | Skipped {
  const origin = new URL(cluster.rootUrl).origin;
  const refuses = (reply: Reply | undefined): boolean => reply !== undefined && isAnswer(reply) && reply.status === 403 && /origin not allowed/i.test(reply.body);
  const { origin: reply } = shared;
  if (!refuses(reply)) {
    if (isAnswer(reply) && (reply.status < 300 || [400, 401, 404].includes(reply.status))) return passed();
    return skipped(`a POST with an Origin got ${isAnswer(reply) ? reply.status : `no answer (${reply.code})`}`);
  }
  const found = `a POST with "Origin: ${origin}" is answered 403 "origin not allowed"`;
  const expected = 'no 403: Host and Origin are the same';
  return refuses(straight?.origin)
    ? failed({ code: 'refused', found: `${found}, by ${straight!.node} itself, too`, expected, hint: 'grafana-ha validate --only "config.*"' })
    : failed({ code: 'host-rewritten', found: `${found}${straight === undefined ? '' : `; ${straight.node} by itself allows it, so the load balancer writes another Host`}`, expected, hint: 'nginx: proxy_set_header Host $http_host; · HAProxy: no "http-request set-header Host" · Apache: ProxyPreserveHost On' });
}

function judgeWebSocket({ url: { shared, straight, health } }: SeenUrl): Judgement | Skipped {
  const { live } = shared;
  const own = straight?.live;
  const expected = 'an upgrade (101), or Grafana\'s own request for a login (401)';
  const tunnel = 'nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; · HAProxy: timeout tunnel 1h';
  const by = own === undefined || !isAnswer(own) ? '' : `; ${straight!.node} by itself answers ${own.status}`;
  if (isAnswer(live)) {
    if (live.status === 101) return passed('101');
    if (live.status === 401) return skipped('Grafana asks for a login before it looks at the upgrade');
    if (live.status >= 300 && live.status < 400) return skipped('/api/live/ws leads elsewhere (see url.redirects)');
    if (live.status === 400 && !(own !== undefined && isAnswer(own) && own.status === 400)) return failed({ code: 'upgrade-lost', found: `/api/live/ws answers 400: the Upgrade header did not arrive${by}`, expected, hint: tunnel });
    if (live.status === 403 && /^\s*Forbidden\s*$/.test(live.body)) return failed(own !== undefined && isAnswer(own) && own.status === 403
      ? { code: 'origin-refused', found: `/api/live/ws answers 403 to the Origin of root_url${by}, too`, expected, hint: 'root_url under [server] of each node as in the cluster file' }
      : { code: 'origin-refused', found: `/api/live/ws answers 403 to the Origin of root_url${by}`, expected, hint: 'nginx: proxy_set_header Host $http_host;' });
  }
  if (isFailing(live) && health.some(isFailing)) return skipped('/api/live/ws got no answer (see url.health)');
  if (own === undefined || !isAnswer(own) || (isAnswer(live) && live.status === own.status)) return skipped(`/api/live/ws answers ${isAnswer(live) ? live.status : live.code}, and no node could be asked by itself`);
  return failed({ code: 'not-passed', found: `/api/live/ws answers ${isAnswer(live) ? live.status : `nothing (${live.code})`} through the load balancer${by}`, expected, hint: tunnel });
}

function judgeMetrics({ url: { shared: { metrics }, addresses } }: SeenUrl, { cluster }: Scene): Judgement | Skipped {
  if (!isAnswer(metrics)) return skipped(`/metrics got no answer (${metrics.code})`);
  if (metrics.status !== 200 || !/^# (HELP|TYPE) /m.test(metrics.body)) return passed(String(metrics.status));
  const isPublic = addresses.some(({ address }) => classifyIp(address) === 'public');
  const finding = {
    code: isPublic ? 'public' : 'open', found: `${new URL('metrics', cluster.rootUrl).href} answers everybody${isPublic ? ', at a public address' : ''}`, expected: 'a refusal, or a login',
    hint: 'HAProxy: http-request deny if { path_end /metrics } · nginx: location = /metrics { deny all; }',
  };
  return isPublic ? failed(finding) : warned(finding);
}
