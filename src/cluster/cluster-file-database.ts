import { isHost, parseAddress } from './address.ts';
import type { ClientCertificate, Database } from './cluster.ts';
import type { SettingsReader } from './cluster-file-reader.ts';
import { localPath, oneOf, parseCount, secretSource } from './cluster-file-values.ts';
import { parseDatabaseName, parseDatabaseUser } from './database-words.ts';
import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';
import { present } from './present.ts';

/** Reads `[database]`; undefined when its type or host is missing or refused. */
export function readDatabase(read: SettingsReader, folder: string): Database | undefined {
  const type = read.required('database', 'type', oneOf('postgres', 'mysql'), 'type = postgres');
  const address = read.required('database', 'host', (text) => parseAddress(text, type === 'mysql' ? 3306 : 5432), 'host = db.example.com:5432');
  const base = present({
    name: read.optional('database', 'name', parseDatabaseName) ?? 'grafana',
    user: read.optional('database', 'user', parseDatabaseUser) ?? 'grafana',
    password: read.optional('database', 'password', secretSource(folder)) ?? { kind: 'nodes' as const },
    caCert: read.optional('database', 'ca_cert', localPath(folder)),
    client: readClient(read, folder),
    maxOpenConn: read.optional('database', 'max_open_conn', parseCount),
  });
  if (type === 'postgres') {
    const sslMode = read.optional('database', 'ssl_mode', oneOf('verify-full', 'verify-ca', 'require', 'disable')) ?? 'verify-full';
    read.optional('database', 'server_cert_name', () => refused('this is for mysql', 'Remove the line: with postgres the certificate must name the host'));
    return address && { type, address, ...base, sslMode };
  }
  if (type === 'mysql') {
    const sslMode = read.optional('database', 'ssl_mode', oneOf('true', 'skip-verify', 'disable')) ?? 'true';
    const serverCertName = read.optional('database', 'server_cert_name', parseCertName);
    return address && present({ type, address, ...base, sslMode, serverCertName });
  }
  return undefined;
}

function readClient(read: SettingsReader, folder: string): ClientCertificate | undefined {
  const cert = read.optional('database', 'client_cert', localPath(folder));
  const key = read.optional('database', 'client_key', secretSource(folder));
  if (cert !== undefined && key !== undefined) return { cert, key };
  const [entry] = read.all('database').filter((one) => ['client_cert', 'client_key'].includes(one.key));
  if (entry !== undefined && (cert ?? key) !== undefined) read.report({ line: entry.line, problem: `${entry.key} stands alone`, hint: 'A certificate and its key go together: name both client_cert and client_key' });
  return undefined;
}

function parseCertName(text: string): Parsed<string> {
  return isHost(text) ? accepted(text) : refused(`"${text}" is not a host name`, 'Type the name in the certificate, such as db.example.com');
}
