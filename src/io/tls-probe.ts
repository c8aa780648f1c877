import type { Duplex } from 'node:stream';
import net from 'node:net';
import tls from 'node:tls';
import type { TlsOffer, TlsProbeRequest } from '../world/database.ts';
import { closed } from './as-socket.ts';
import { nameOf, topIssuer } from './certificate.ts';
import { asDatabaseFailure, databaseFailure } from './database-failure.ts';

/** Asks a database for TLS in its own protocol and reads its certificate, without credentials; rejects with DatabaseFailure. */
export async function probeTls(request: TlsProbeRequest): Promise<TlsOffer> {
  const stream = request.dial(request.address);
  const patience = setTimeout(
    () => stream.destroy(databaseFailure('ETIMEDOUT', `no answer from ${request.address.host}:${request.address.port} in time`)),
    request.timeoutMs ?? 10_000,
  );
  try {
    const offered = request.type === 'postgres' ? await askPostgres(stream) : await askMysql(stream);
    return offered ? await readCertificate(stream, request) : { offered: false };
  } catch (error) {
    throw asDatabaseFailure(error);
  } finally {
    clearTimeout(patience);
    await closed(stream);
  }
}

/** https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
async function askPostgres(stream: Duplex): Promise<boolean> {
  stream.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
  const answer = (await read(stream, () => 1)).toString('latin1');
  if (answer === 'S' || answer === 'N') return answer === 'S';
  throw databaseFailure('EPROTO', 'what answers there is not a PostgreSQL');
}

const clientSsl = 0x800;

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html */
async function askMysql(stream: Duplex): Promise<boolean> {
  const packet = await read(stream, (bytes) => (bytes.length < 4 ? 4 : 4 + bytes.readUIntLE(0, 3)));
  if (packet[4] === 0xff) throw databaseFailure(mysqlCode(packet.readUInt16LE(5)), packet.subarray(7).toString('utf8'));
  const versionEnd = packet.indexOf(0, 5);
  // After the version: connection id (4), first part of the nonce (8), a zero byte, the lower half of the capabilities.
  if (packet[4] !== 10 || versionEnd < 0 || packet.length < versionEnd + 16) throw databaseFailure('EPROTO', 'what answers there is not a MySQL');
  if ((packet.readUInt16LE(versionEnd + 14) & clientSsl) === 0) return false;
  const sslRequest = Buffer.alloc(36);
  sslRequest.writeUIntLE(32, 0, 3);
  sslRequest[3] = 1;
  // PROTOCOL_41, SECURE_CONNECTION and SSL; packets up to 16 MB; utf8mb4.
  sslRequest.writeUInt32LE(0x200 | 0x8000 | clientSsl, 4);
  sslRequest.writeUInt32LE(0xffffff, 8);
  sslRequest[12] = 45;
  stream.write(sslRequest);
  return true;
}

/** Errors a MySQL gives before it greets. */
function mysqlCode(number: number): string {
  return { 1040: 'ER_CON_COUNT_ERROR', 1129: 'ER_HOST_IS_BLOCKED', 1130: 'ER_HOST_NOT_PRIVILEGED' }[number] ?? `ER_${number}`;
}

/** Reads exactly what `wanted` says once it is known; more than that belongs to the TLS handshake and cannot be there yet. */
function read(stream: Duplex, wanted: (bytes: Buffer) => number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const take = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length < wanted(bytes)) return;
      stream.off('data', take);
      stream.pause();
      resolve(bytes);
    };
    stream.on('data', take);
    stream.on('error', reject);
    stream.on('close', () => reject(databaseFailure('ECONNRESET', 'the connection was closed without an answer')));
  });
}

/** The server's certificate on a stream where TLS may begin at once; nothing of it is trusted. */
export function readCertificate(stream: Duplex, request: Pick<TlsProbeRequest, 'serverName' | 'ca'>): Promise<TlsOffer> {
  return new Promise((resolve, reject) => {
    const secure = tls.connect({
      socket: stream,
      ...(net.isIP(request.serverName) === 0 ? { servername: request.serverName } : {}),
      // An empty text would mean Node's own bundle; an empty list means nobody.
      ca: request.ca.trim() === '' ? [] : [request.ca],
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    stream.on('error', reject);
    secure.on('error', reject);
    secure.on('secureConnect', () => {
      const certificate = secure.getPeerCertificate(true);
      resolve({
        offered: true,
        // Node gives the code as a string, whatever its type says.
        ...(secure.authorized ? {} : { chainError: String(secure.authorizationError) }),
        subject: nameOf(certificate.subject),
        issuer: nameOf(certificate.issuer),
        topIssuer: topIssuer(certificate),
        names: (certificate.subjectaltname ?? '').split(', ').filter((name) => name !== ''),
        notAfter: new Date(certificate.valid_to),
      });
      secure.destroy();
    });
  });
}
