import type { Reply, UrlFacts, Visit } from '../facts/url.ts';
import type { About } from './check.ts';

export interface SeenUrl {
  /** Of root_url, with its port. */
  readonly host: string;
  readonly url: UrlFacts;
}

/** What answers under root_url; no subject where nobody asked. */
export const everyUrl: About<SeenUrl> = ({ cluster, facts: { url } }) => {
  if (url === undefined) return [];
  return [{ label: '', fact: url.ok ? { ok: true, facts: { host: new URL(cluster.rootUrl).host, url: url.facts } } : url }];
};

/** Likewise, where Grafana answers there. */
export const everyRoad: About<SeenUrl> = (scene) => everyUrl(scene).map(({ fact, ...subject }) => {
  if (!fact.ok) return { ...subject, fact };
  const lock = locksOut(fact.facts.url);
  if (lock !== undefined) return { ...subject, fact: { ok: false, missing: lock } };
  return { ...subject, fact: isGrafana(fact.facts.url) ? fact : { ok: false, missing: 'Grafana does not answer there (see url.health)' } };
});

export type Answer = Extract<Reply, { readonly kind: 'answer' }>;

export function isAnswer(reply: Reply): reply is Answer {
  return reply.kind === 'answer';
}

export function isGatewayError(reply: Reply): boolean {
  return isAnswer(reply) && reply.status >= 500;
}

/** Whether nobody answered, or a balancer that has nobody to ask. */
export function isFailing(reply: Reply): boolean {
  return !isAnswer(reply) || isGatewayError(reply);
}

/** Whether Grafana said it, and no program before it. */
export function isGrafanaHealth(reply: Reply): boolean {
  return isAnswer(reply) && /^\s*\{[^]*"database"\s*:/.test(reply.body);
}

/** Whether Grafana is seen behind root_url at all: by its health, its login or its page. */
export function isGrafana({ health, shared: { visits } }: UrlFacts): boolean {
  return health.some(isGrafanaHealth) || visits.some(({ reply, next }) => (next !== undefined && /\/login([/?]|$)/.test(new URL(next).pathname)) || (isAnswer(reply) && /<title>[^<]*Grafana/.test(reply.body)));
}

/** Set when a login or a lock of somebody else stands before Grafana: nothing behind it can be seen from here. */
export function locksOut({ health, shared: { visits } }: UrlFacts): string | undefined {
  const [first] = visits;
  if (first === undefined || health.some(isGrafanaHealth)) return undefined;
  if (isAnswer(first.reply) && [401, 403].includes(first.reply.status)) return `a login or a lock stands before Grafana (${first.reply.status})`;
  return isPortal(first) ? `a login stands before Grafana (${new URL(first.next!).host})` : undefined;
}

/** Whether a page leads to the login of somebody else, by the words that all of them use. */
export function isPortal({ url, next }: Visit): boolean {
  if (next === undefined || new URL(next).hostname === new URL(url).hostname) return false;
  return /[?&](client_id|redirect_uri|redirect_url|redirect|SAMLRequest|rd|rm|wreply|return_to|returnTo|state)=/i.test(next) || /\/(oauth|saml|openid|authorize|cdn-cgi\/access)/i.test(new URL(next).pathname);
}
