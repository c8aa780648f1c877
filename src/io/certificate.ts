import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import type { CertificateFacts } from '../facts/url.ts';
import type { CertificateRequest } from '../world/http.ts';
import { closed } from './as-socket.ts';

/** A TLS handshake over a dialled stream, and what the certificate is like. Rejects with the stream's own error, or ETIMEDOUT when time is up. */
export async function certificate({ dial, serverName, timeoutMs }: CertificateRequest): Promise<CertificateFacts> {
  const stream = dial();
  const patience = setTimeout(() => stream.destroy(Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' })), timeoutMs);
  try {
    return await new Promise<CertificateFacts>((resolve, reject) => {
      stream.on('error', reject);
      const secure = tls.connect({ socket: stream, secureContext: trusting(), rejectUnauthorized: false, checkServerIdentity: () => undefined, ...(net.isIP(serverName) === 0 ? { servername: serverName } : {}) });
      secure.on('error', reject);
      secure.on('close', () => reject(Object.assign(new Error('the connection was closed in the middle of the TLS handshake'), { code: 'ECONNRESET' })));
      secure.on('secureConnect', () => {
        resolve(describe(secure, serverName));
        secure.destroy();
      });
    });
  } finally {
    clearTimeout(patience);
    await closed(stream);
  }
}

let context: tls.SecureContext | undefined;

/** Trusts what browsers trust, and what this machine was told to trust: Mozilla's roots lie in Node, the rest where Go looks (go: src/crypto/x509/root_unix.go). */
function trusting(): tls.SecureContext {
  const own = [process.env['SSL_CERT_FILE'], process.env['NODE_EXTRA_CA_CERTS'], '/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];
  context ??= tls.createSecureContext({ ca: [...tls.rootCertificates, ...own.flatMap((path) => (path ? textOf(path) : []))] });
  return context;
}

function textOf(path: string): readonly string[] {
  try {
    return [readFileSync(path, 'utf8')];
  } catch {
    return [];
  }
}

function describe(secure: tls.TLSSocket, serverName: string): CertificateFacts {
  const sent = secure.getPeerCertificate(true);
  const leaf = new X509Certificate(sent.raw);
  const fits = net.isIP(serverName) === 0 ? leaf.checkHost(serverName, { subject: 'never' }) : leaf.checkIP(serverName);
  return {
    subject: nameOf(sent.subject),
    issuer: nameOf(sent.issuer),
    topIssuer: topIssuer(sent),
    names: (sent.subjectaltname ?? '').split(', ').filter((name) => name !== ''),
    fitsName: fits !== undefined,
    notBefore: new Date(sent.valid_from),
    notAfter: new Date(sent.valid_to),
    // Node gives the code as a string, whatever its type says.
    ...(secure.authorized ? {} : { chainError: String(secure.authorizationError) }),
  };
}

/** The topmost name in the chain that was sent. */
export function topIssuer(certificate: tls.DetailedPeerCertificate): string {
  const next = certificate.issuerCertificate as tls.DetailedPeerCertificate | undefined;
  return next === undefined || next.fingerprint256 === certificate.fingerprint256 ? nameOf(certificate.issuer) : topIssuer(next);
}

/** Common name and organization. */
export function nameOf(name: tls.Certificate | undefined): string {
  return name === undefined ? '' : [name.CN ?? [], name.O ?? []].flat().join(', ');
}
