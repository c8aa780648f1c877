import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { proveSecretKey } from '../../src/gather/secret-key-proof.ts';
import type { DatabaseSession } from '../../src/world/database.ts';

/** Rows that a Grafana 12.2 with its public default key wrote into a PostgreSQL of a test. */
const signingKey = [
  'I1pXYzFOVzR5Ym1aM2NIRjBZMk0jKllXVnpMV05tWWcqUHpMVTZ4ZXf5UCWc+KTp6CvE4qH5NZzL1Xh0fG+HKDwpW5z9rtYT+tnk',
  'yhUJu2f2Ngvw1RYHP/TJJdgOSj5w3kjkI1H9cMMiCugDyUx8R4B3F9RUSCFG2DN4QY6QmFrVn62FTLcgc1snI2dSyulVWBPuKHLY',
  'IYbxBj7fPRBonl/5vKr7ENKjSz2DQuZgqSsg7nZ7cnKBk78L4UF89eqe285tkgF6jH4kXcVKyR8vrjiaWPU63jlmmhAEu+vZ2d+O',
  'ngMrLUaLnfTIhLdP69Frhv2VSTSIYDt43EskWBpTgCydu+cZtQf8vbTqsEHP8PkCZP33U1Hk/QCpogu7OSucxqEgJFqnShTZig',
].join('');
const dataKey = { name: 'eg55n2nfwpqtcc', bytes: Buffer.from('2a5957567a4c574e6d59672a58666953585549728a6da4efb8f12a65dbe66ee8eccf38814c3975bcbe879b184d94c039a989c497', 'hex') };
const publicKey = 'SW2YcwTIb9zpOOhoPsMm';

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
