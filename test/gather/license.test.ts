import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import type { NodeFacts } from '../../src/facts.ts';
import { gatherEgress, readLicense } from '../../src/gather/license.ts';
import type { CertificateFacts } from '../../src/facts/url.ts';
import { fakeWorld } from '../fake-world.ts';
import { sampleEntry, sampleNodeFacts } from '../sample.ts';

const token = (issued: string): string => ['{}', JSON.stringify({ sub: 'https://grafana.example.com/', iat: Date.parse(issued) / 1000 }), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
const node = (name: string, change: Partial<NodeFacts>) => sampleEntry(name, { node: { ok: true, facts: sampleNodeFacts({ grafana: { version: '12.2.0', edition: 'enterprise', homePath: '' }, ...change }) } });
const holding = (name: string, text: string) => node(name, { licenses: [{ path: '/etc/grafana/license.jwt', text: new Secret(text), used: true }] });
const noFile = () => Promise.reject(new Error('no file was named'));

describe('readLicense', () => {
  it('takes the token from where its source says', async () => {
    expect(await readLicense({ text: { kind: 'env', name: 'TOKEN' }, autoRefresh: true }, noFile, [], fakeWorld({ env: { TOKEN: 'a.b.c' } }))).toEqual({ ok: true, text: 'a.b.c' });
    expect(await readLicense({ text: { kind: 'env', name: 'TOKEN' }, autoRefresh: true }, noFile, [], fakeWorld())).toEqual({ ok: false, missing: 'the license token is missing: TOKEN is not set' });
  });

  it('takes the newest of the nodes, though they differ', async () => {
    const [older, newer] = [token('2027-01-01'), token('2027-01-08')];
    expect(await readLicense({ text: { kind: 'nodes' }, autoRefresh: true }, noFile, [holding('graf-a', older), holding('graf-b', newer)], fakeWorld())).toEqual({ ok: true, text: newer });
  });

  it('takes the file that is named', async () => {
    expect(await readLicense({ path: '/l.jwt', autoRefresh: true }, async (path) => ({ ok: true, text: path }), [], fakeWorld())).toEqual({ ok: true, text: '/l.jwt' });
  });
});

describe('gatherEgress', () => {
  const nodes = [node('graf-a', {}), node('graf-b', { proxied: true }), node('graf-c', { grafana: { version: '12.2.0', edition: 'oss', homePath: '' } })];
  const dialled: string[] = [];
  const dialFrom = (name: string) => ({ host, port }: { readonly host: string; readonly port: number }) => {
    dialled.push(`${name} ${host}:${port}`);
    return new PassThrough();
  };
  const certificate: CertificateFacts = { subject: '', issuer: '', topIssuer: '', names: [], fitsName: true, notBefore: new Date(0), notAfter: new Date(0) };

  it('asks from each node whose Grafana renews a license, and from no other', async () => {
    const world = fakeWorld({ certificate: async ({ dial }) => { dial(); return certificate; } });
    expect(await gatherEgress({ path: '/l', autoRefresh: true }, nodes, dialFrom, world)).toEqual(new Map([['graf-a', { kind: 'open' }], ['graf-b', { kind: 'proxy' }]]));
    expect(dialled).toEqual(['graf-a grafana.com:443']);
    expect(await gatherEgress({ path: '/l', autoRefresh: false }, nodes, dialFrom, fakeWorld())).toEqual(new Map());
    expect(await gatherEgress(undefined, nodes, dialFrom, fakeWorld())).toEqual(new Map());
  });

  it('tells what kept a node from it', async () => {
    const world = fakeWorld({ certificate: async () => Promise.reject(Object.assign(new Error('grafana.com:443: refused'), { code: 'ECONNREFUSED' })) });
    expect(await gatherEgress({ path: '/l', autoRefresh: true }, nodes.slice(0, 1), dialFrom, world)).toEqual(new Map([['graf-a', { kind: 'closed', code: 'ECONNREFUSED', said: 'grafana.com:443: refused' }]]));
  });
});
