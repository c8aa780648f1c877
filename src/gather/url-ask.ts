import type { Duplex } from 'node:stream';
import { isIp } from '../cluster/ip.ts';
import type { Reply } from '../facts/url.ts';
import type { World } from '../world.ts';

/** Nobody waits longer for a page, and no health check should. */
export const patienceMs = 4000;

export interface Way {
  readonly dial: () => Duplex;
  readonly tls: boolean;
  /** With its port, as a browser sends it. */
  readonly host: string;
  /** A name or an IP address. */
  readonly serverName: string;
}

export interface Question {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks for a path; never rejects. `location` is where a redirect leads, as it is written. */
export type Ask = (path: string, question?: Question) => Promise<Reply & { readonly location?: string }>;

/** One way to ask: through the shared name, or straight at a node. */
export function asker(way: Way, { http, clock }: Pick<World, 'http' | 'clock'>): Ask {
  const { serverName, ...rest } = way;
  return async (path, question = {}) => {
    const started = clock.monotonic();
    try {
      const { status, headers, body } = await http.request({
        ...rest, ...question, path, timeoutMs: patienceMs,
        headers: { accept: '*/*', 'user-agent': 'grafana-ha', ...question.headers },
        ...(isIp(serverName) ? {} : { serverName }),
      });
      const location = [headers['location'] ?? []].flat()[0];
      return {
        kind: 'answer', status, body: body.slice(0, 2000), cookies: [headers['set-cookie'] ?? []].flat(), ms: Math.round(clock.monotonic() - started),
        ...(location === undefined ? {} : { location }),
      };
    } catch (error) {
      const { code = 'unknown', message } = error as { readonly code?: string; readonly message: string };
      return { kind: 'none', code, said: message };
    }
  };
}
