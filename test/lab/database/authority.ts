import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';

/** A certificate authority of this lab's own. */
export interface Authority {
  readonly caPath: string;
  readonly ca: string;
  /** Makes a key and a certificate for an address and a name, `db.lab` unless told otherwise. */
  issue(folder: string, address: string, more?: { readonly name?: string; readonly days?: number }): Promise<{ readonly certPath: string; readonly keyPath: string }>;
}

/** Makes an authority with openssl, valid for a month. */
export async function makeAuthority(labFolder: string): Promise<Authority> {
  const folder = join(labFolder, 'authority');
  await mkdir(folder);
  const caPath = join(folder, 'ca.pem');
  const caKey = join(folder, 'ca.key');
  await run([
    'openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30', '-subj', '/CN=Lab CA',
    '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-keyout', caKey, '-out', caPath,
  ]);
  const issue: Authority['issue'] = async (target, address, { name = 'db.lab', days = 30 } = {}) => {
    const [keyPath, requestPath, certPath, extensions] = ['server.key', 'server.csr', 'server.pem', 'server.ext'].map((name) => join(target, name)) as [string, string, string, string];
    await run(['openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${name}`, '-keyout', keyPath, '-out', requestPath]);
    await writeFile(extensions, `subjectAltName=DNS:${name},IP:${address}\nextendedKeyUsage=serverAuth\n`);
    await run(['openssl', 'x509', '-req', '-in', requestPath, '-CA', caPath, '-CAkey', caKey, '-CAcreateserial', '-days', String(days), '-extfile', extensions, '-out', certPath]);
    await chmod(keyPath, 0o600);
    return { certPath, keyPath };
  };
  return { caPath, ca: await readFile(caPath, 'utf8'), issue };
}
