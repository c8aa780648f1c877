import type { Reply, Road, Visit } from '../facts/url.ts';
import type { Ask, Question } from './url-ask.ts';

const mostVisits = 8;

/** What a browser of somebody who is logged in would send along; the session is none, so nothing can come of it. */
export function originWords({ origin }: URL, cookie: string): Readonly<Record<string, string>> {
  return { origin, cookie: `${cookie}=0`, 'content-type': 'application/json' };
}

/** Asks all that tells what stands before Grafana, at once; `base` is the path under which it serves. */
export async function askRoad(ask: Ask, base: string, root: URL, words: Readonly<Record<string, string>>): Promise<Road> {
  const plain = (question: ReturnType<Ask>): Promise<Reply> => question.then(({ location: _, ...reply }) => reply);
  const [visits, origin, live, metrics] = await Promise.all([
    follow(ask, new URL(base, root)),
    // Grafana compares Origin and Host before it looks whether there is such a path (seen on 12.2).
    plain(ask(`${base}api/grafana-ha/asks-whether-origin-is-allowed`, { method: 'POST', headers: words, body: '{}' })),
    plain(ask(`${base}api/live/ws`, upgrade(root))),
    plain(ask(`${base}metrics`)),
  ]);
  return { visits, origin, live, metrics };
}

/** The key is nobody's secret (RFC 6455, 1.3): it only must be 16 bytes. */
function upgrade({ origin }: URL): Question {
  return { headers: { origin, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'Z3JhZmFuYS1oYS1hc2tzIQ==' } };
}

async function follow(ask: Ask, start: URL): Promise<readonly Visit[]> {
  const visits: Visit[] = [];
  for (let at = start; visits.length < mostVisits;) {
    const { location, ...reply } = await ask(`${at.pathname}${at.search}`);
    const redirected = reply.kind === 'answer' && reply.status >= 300 && reply.status < 400 && location !== undefined && URL.canParse(location, at.href);
    const next = redirected ? new URL(location, at) : undefined;
    visits.push({ url: at.href, reply, ...(next === undefined ? {} : { next: next.href }) });
    if (next === undefined || next.origin !== start.origin || visits.some(({ url }) => url === next.href)) break;
    at = next;
  }
  return visits;
}
