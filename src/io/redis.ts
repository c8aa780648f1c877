import net from 'node:net';
import tls from 'node:tls';
import type { Duplex } from 'node:stream';
import type { Redis, RedisOptions } from 'ioredis';
import type { DatabaseFailure, TlsOffer, TlsProbeRequest } from '../world/database.ts';
import type { RedisAnswer, RedisDriver, RedisRequest, RedisSession } from '../world/redis.ts';
import { asSocket, closed } from './as-socket.ts';
import { asDatabaseFailure, databaseFailure } from './database-failure.ts';
import { tlsOptions } from './tls-options.ts';
import { readCertificate } from './tls-probe.ts';

/** Redis and its Sentinels over a dialled stream: one connection, never tried again by itself. */
export const redis: RedisDriver = { open: openRedis, probeTls: probeRedisTls };

async function openRedis(request: RedisRequest): Promise<RedisSession> {
  const { Redis: Client } = await import('ioredis');
  const dialled = asSocket(request.dial(request.address), request.tls === false ? request.address.host : request.tls.serverName);
  const stream = request.tls === false ? dialled : secured(dialled, request.tls);
  let cause: unknown;
  const note = (error: unknown): void => void (cause ??= error);
  dialled.on('error', note);
  stream.on('error', note);
  const client = new Client(clientOptions(stream, request.timeoutMs ?? 10_000));
  client.on('error', note);
  // A server that hangs up ends only its half.
  dialled.on('end', () => dialled.destroy());
  const session: RedisSession = {
    command: async (name, ...words) => {
      try {
        // It knows SUBSCRIBE, which changes what the connection may do, in small letters alone.
        return (await client.call(name.toLowerCase(), ...words)) as RedisAnswer;
      } catch (error) {
        throw asRedisFailure(error, cause);
      }
    },
    close: () => close(client, stream, dialled),
  };
  try {
    if (request.password === undefined) await session.command('PING');
    else await session.command('AUTH', ...(request.username === undefined ? [] : [request.username]), request.password.reveal());
  } catch (error) {
    // A Sentinel and a user with few rights may refuse PING, and still be there.
    if (asRedisFailure(error, undefined).code === 'NOPERM') return session;
    await session.close();
    throw error;
  }
  return session;
}

function secured(stream: Duplex, options: Exclude<RedisRequest['tls'], false>): tls.TLSSocket {
  return tls.connect({ socket: stream, ...(net.isIP(options.serverName) === 0 ? { servername: options.serverName } : {}), ...tlsOptions(options) });
}

/** The client writes AUTH by our word alone: by itself it would hide what the server said. */
function clientOptions(stream: Duplex, timeoutMs: number): RedisOptions {
  const connector = { connecting: true, check: () => true, connect: () => Promise.resolve(stream), disconnect: () => void stream.destroy(), firstError: undefined };
  return {
    Connector: function Connector() { return connector; } as unknown as NonNullable<RedisOptions['Connector']>,
    retryStrategy: () => null,
    maxRetriesPerRequest: null,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
  };
}

/** Redis is told: behind ssh it would not notice that we have gone. */
async function close(client: Redis, stream: Duplex, dialled: Duplex): Promise<void> {
  const patience = setTimeout(() => dialled.destroy(), 500);
  await client.quit().catch(() => {});
  clearTimeout(patience);
  client.disconnect();
  await closed(stream);
  await closed(dialled);
}

/** `cause`: what happened to the connection, which the client tells of in other words. */
function asRedisFailure(error: unknown, cause: unknown): DatabaseFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.name === 'ReplyError') return databaseFailure(codeOfReply(message), message);
  if (error instanceof Error && 'code' in error) return error as DatabaseFailure;
  if (message === 'Command timed out') return databaseFailure('ETIMEDOUT', 'no answer in time');
  if (cause !== undefined) return asDatabaseFailure(cause);
  return databaseFailure(message === 'Connection is closed.' ? 'ECONNRESET' : 'EUNKNOWN', message === 'Connection is closed.' ? 'the connection was closed without an answer' : message);
}

/** Before Redis 6 a wrong password had no word of its own. */
function codeOfReply(message: string): string {
  if (/^ERR invalid password/.test(message)) return 'WRONGPASS';
  if (/^ERR .*(without any password configured|no password is set)/.test(message)) return 'NOPASS';
  return /^[A-Z]+/.exec(message)?.[0] ?? 'ERR';
}

const handshakeMs = 1_500;

/** A Redis without TLS takes the handshake for the begin of a command: it waits for the end of the line, answers in words or hangs up. */
async function probeRedisTls(request: Omit<TlsProbeRequest, 'type'>): Promise<TlsOffer> {
  const stream = request.dial(request.address);
  const patience = setTimeout(() => stream.destroy(databaseFailure('ETIMEDOUT', 'no answer in time')), request.timeoutMs ?? 5_000);
  // Not at once: a Redis with TLS would write a line about it into its log.
  const doubt = setTimeout(() => void speaksPlain(request).then((isPlain) => isPlain && stream.destroy(databaseFailure('ENOTLS', 'it speaks no TLS'))), handshakeMs);
  stream.on('end', () => stream.destroy());
  try {
    return await readCertificate(stream, request);
  } catch (error) {
    const failure = asDatabaseFailure(error);
    const isAway = ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ESSH'].includes(failure.code);
    if (failure.code === 'ENOTLS' || (!isAway && await speaksPlain(request))) return { offered: false };
    throw failure;
  } finally {
    clearTimeout(patience);
    clearTimeout(doubt);
    await closed(stream);
  }
}

async function speaksPlain({ dial, address }: Omit<TlsProbeRequest, 'type'>): Promise<boolean> {
  try {
    await (await openRedis({ dial, address, tls: false, timeoutMs: 2_000 })).close();
    return true;
  } catch (error) {
    return ['NOAUTH', 'DENIED'].includes(asRedisFailure(error, undefined).code);
  }
}
