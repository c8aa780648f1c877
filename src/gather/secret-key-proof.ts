import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import type { Secret } from '../cluster/secret.ts';
import type { DatabaseSession } from '../world/database.ts';
import { codeAndWords } from './database-words.ts';
import { type Row, textOf } from './row.ts';

/** Whether a secret_key opens what the database holds, shown by a row whose text is known: the private key with which Grafana signs, in PEM. Undefined: there is no such row, or it is sealed in a way we do not know. */
export async function proveSecretKey(session: DatabaseSession, key: Secret): Promise<boolean | undefined> {
  try {
    const [row = {}] = await session.query('select private_key from signing_key order by added_at desc limit 1');
    const sealed = Buffer.from(textOf(row, 'private_key') ?? '', 'base64');
    const { dataKey: name, payload } = unwrap(sealed);
    if (name === undefined) return readsAsPem(open(payload, Buffer.from(key.reveal())));
    if (!/^[\w-]+$/.test(name)) return undefined;
    const [found = {}] = await session.query(`select encrypted_data from data_keys where name = '${name}' and provider = 'secretKey.v1'`);
    const dataKey = open(asBytes(found), Buffer.from(key.reveal()));
    return dataKey === undefined ? undefined : readsAsPem(open(payload, dataKey));
  } catch (error) {
    codeAndWords(error);
    return undefined;
  }
}

/** Grafana's envelope: `#` base64 of the data key's name `#`, then what that key sealed (secrets/manager). */
function unwrap(sealed: Buffer): { readonly dataKey?: string; readonly payload: Buffer } {
  const end = sealed.indexOf('#', 1);
  if (sealed[0] !== 0x23 || end < 0) return { payload: sealed };
  return { dataKey: Buffer.from(sealed.subarray(1, end).toString('latin1'), 'base64').toString(), payload: sealed.subarray(end + 1) };
}

const cfb = `*${Buffer.from('aes-cfb').toString('base64').replace(/=+$/, '')}*`;

/** `*algorithm*`, 8 bytes of salt, 16 of the first block, the rest: AES-256-CFB under PBKDF2 (encryption/provider). It has no checksum: a wrong key gives garbage and no error. */
function open(sealed: Buffer, key: Buffer): Buffer | undefined {
  if (sealed.length < cfb.length + 25 || sealed.subarray(0, cfb.length).toString('latin1') !== cfb) return undefined;
  const body = sealed.subarray(cfb.length);
  const derived = pbkdf2Sync(key, body.subarray(0, 8), 10_000, 32, 'sha256');
  const decipher = createDecipheriv('aes-256-cfb', derived, body.subarray(8, 24));
  return Buffer.concat([decipher.update(body.subarray(24)), decipher.final()]);
}

function readsAsPem(opened: Buffer | undefined): boolean | undefined {
  return opened === undefined ? undefined : opened.toString('latin1').startsWith('-----BEGIN');
}

function asBytes(row: Row): Buffer {
  const value = row['encrypted_data'];
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}
