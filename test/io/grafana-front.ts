import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Front {
  readonly port: number;
  readonly server: Server;
}

/** Answers the few paths that tell how requests arrive, as Grafana 12.2 was seen to; `anonymous`: without a login. `hangs`: its database drops packets. */
export async function startFront({ anonymous = true, hangs = false, version = '12.2.0' }: { readonly anonymous?: boolean; readonly hangs?: boolean; readonly version?: string } = {}): Promise<Front> {
  const isForeign = ({ headers }: IncomingMessage): boolean => headers.origin !== undefined && new URL(headers.origin).hostname !== (headers.host ?? '').replace(/:\d+$/, '');
  const server = createServer((request, response) => {
    const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): void => void response.writeHead(status, headers).end(body);
    if (request.method === 'POST') {
      if (/grafana_session=/.test(request.headers.cookie ?? '') && isForeign(request)) return answer(403, 'origin not allowed\n');
      return answer(anonymous ? 404 : 401, '{"message":"…"}');
    }
    switch (request.url) {
      case '/api/health': return hangs ? undefined : answer(200, `{\n  "database": "ok",\n  "version": "${version}",\n  "commit": "NA"\n}`, { 'content-type': 'application/json' });
      case '/healthz': return answer(200, 'Ok');
      case '/metrics': return answer(200, '# HELP grafana_build_info x\n# TYPE grafana_build_info gauge\n');
      case '/api/live/ws': return anonymous ? answer(400, 'Bad Request\n') : answer(401, '{"messageId":"auth.unauthorized"}');
      case '/login': return answer(200, '<title>Grafana</title>');
      default: return anonymous ? answer(200, '<title>Grafana</title>') : answer(302, '', { location: '/login' });
    }
  });
  server.on('upgrade', (request, socket) => {
    const line = !anonymous ? '401 Unauthorized' : isForeign(request) ? '403 Forbidden' : '101 Switching Protocols';
    const body = line.startsWith('403') ? 'Forbidden\n' : '';
    socket.on('error', () => {}).end(`HTTP/1.1 ${line}\r\n${line.startsWith('101') ? 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n' : `Content-Length: ${body.length}\r\n`}\r\n${body}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}
