import { request as requestPlain, type ClientRequestArgs, type IncomingMessage } from 'node:http';
import { request as requestTls, type RequestOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Http, HttpAnswer, HttpRequest } from '../world/http.ts';
import { certificate } from './certificate.ts';

// Nobody's answer to us is longer; a stream that never ends must not fill the memory.
const mostBytes = 32 * 1024 * 1024;

/** Requests over any stream. They reject with the stream's own error, or ETIMEDOUT when time is up. */
export function http(): Http {
  return { request, certificate, dial: ({ host, port }) => connect({ host, port }) };
}

function request({ dial, method = 'GET', host, path, tls = false, serverName, headers, body, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
  const stream = dial() as Socket;
  // Over TLS the stream's own error does not reach the request.
  const broken = new Promise<never>((_, reject) => stream.once('error', reject));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' })), timeoutMs);
  });
  const answered = new Promise<HttpAnswer>((resolve, reject) => {
    const options: ClientRequestArgs & RequestOptions = {
      method, path, setHost: false,
      headers: { host, connection: 'close', ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
      // A node talks to itself, mostly by address: no name could fit. The shared name's certificate is judged by itself.
      createConnection: () => (tls ? connectTls({ socket: stream, rejectUnauthorized: false, ...(serverName === undefined ? {} : { servername: serverName }) }) : stream),
    };
    const sent = (tls ? requestTls : requestPlain)(options, (response) => readAnswer(response).then(resolve, reject));
    sent.on('error', reject);
    sent.on('upgrade', ({ headers: said }: IncomingMessage) => resolve({ status: 101, headers: said, body: '' }));
    sent.end(body);
  });
  return Promise.race([answered, broken, late]).finally(() => {
    clearTimeout(timer);
    stream.on('error', () => {}).destroy();
  });
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() };
}
