import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { proveSecretKey } from '../../src/gather/secret-key-proof.ts';
import type { DatabaseSession } from '../../src/world/database.ts';
import { dataKey, publicKey, signingKey } from './recorded-secret.ts';

function holding(rows: { readonly signing: readonly Readonly<Record<string, unknown>>[]; readonly data: readonly Readonly<Record<string, unknown>>[] }): DatabaseSession {
  return { query: async (text) => (text.includes('from signing_key') ? rows.signing : rows.data), close: async () => {} };
}

describe('the proof of a secret_key by the key with which Grafana signs', () => {
  const recorded = { signing: [{ private_key: signingKey }], data: [{ encrypted_data: dataKey.bytes }] };

  it('says of the right key that it opens it, and of any other that it does not', async () => {
    expect(await proveSecretKey(holding(recorded), new Secret(publicKey))).toBe(true);
    expect(await proveSecretKey(holding(recorded), new Secret(`${publicKey}x`))).toBe(false);
    expect(await proveSecretKey(holding(recorded), new Secret('another'))).toBe(false);
  });

  it('asks for the data key that the row names', async () => {
    const asked: string[] = [];
    const session: DatabaseSession = { query: async (text) => { asked.push(text); return text.includes('from signing_key') ? recorded.signing : recorded.data; }, close: async () => {} };
    await proveSecretKey(session, new Secret(publicKey));
    expect(asked).toEqual([expect.stringMatching(/^select /), expect.stringContaining(`name = '${dataKey.name}'`)]);
  });

  it.each([
    ['there is no such row', { signing: [], data: [] }],
    ['the data key is gone', { signing: recorded.signing, data: [] }],
    ['it is sealed in another way', { signing: [{ private_key: Buffer.from('*YWVzLWdjbQ*0123456789012345678901234567').toString('base64') }], data: [] }],
    ['it is nothing at all', { signing: [{ private_key: 'x' }], data: [] }],
  ])('says nothing where %s', async (_, rows) => {
    expect(await proveSecretKey(holding(rows), new Secret(publicKey))).toBeUndefined();
  });

  it('says nothing where the question is refused', async () => {
    const session: DatabaseSession = { query: () => Promise.reject(Object.assign(new Error('permission denied'), { code: '42501' })), close: async () => {} };
    expect(await proveSecretKey(session, new Secret(publicKey))).toBeUndefined();
  });
});
