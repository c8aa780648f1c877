import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { answerTo } from './api.ts';
import type { Request } from './api.ts';
import { log } from './log.ts';
import { systemWords } from './settings.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';

/** Serves as `[server]` says; rejects in Grafana's words when it cannot listen; resolves to what closes it. */
export async function serveHttp(settings: Settings, store: Store | undefined): Promise<() => void> {
  const get = (key: string) => settings.get('server', key);
  const protocol = get('protocol');
  const listener: RequestListener = (incoming, response) => {
    void readRequest(incoming).then((request) => answerTo(request, { settings, store })).then(
      ({ status, headers, body }) => response.writeHead(status, { 'Cache-Control': 'no-store', ...headers }).end(body),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  };
  const server = protocol === 'https' ? createTlsServer({ cert: readFileSync(get('cert_file')), key: readFileSync(get('cert_key')) }, listener) : createServer(listener);
  const address = `${get('http_addr') || '0.0.0.0'}:${get('http_port')}`;
  const where = protocol === 'socket' ? { path: get('socket') } : { host: get('http_addr') || '0.0.0.0', port: Number(get('http_port')) };
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const words = `failed to open listener on address ${address}: listen tcp ${address}: bind: ${systemWords(error.code ?? '')}`;
      log('server', 'error', 'Stopped background service', { service: '*api.HTTPServer', reason: words });
      reject(new Error(`*api.HTTPServer run error: ${words}`));
    }).listen(where, resolve);
  });
  log('http.server', 'info', 'HTTP Server Listen', { address, protocol, subUrl: '', socket: protocol === 'socket' ? get('socket') : '' });
  return () => { server.close(); server.closeAllConnections(); };
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  let body = '';
  for await (const chunk of incoming.setEncoding('utf8')) body += chunk as string;
  const cookies = new Map((incoming.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('=') as [string, string]));
  return { method: incoming.method ?? 'GET', path: new URL(incoming.url ?? '/', 'http://x').pathname, host: incoming.headers.host ?? '', authorization: incoming.headers.authorization ?? '', cookies, body };
}
