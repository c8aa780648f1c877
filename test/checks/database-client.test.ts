import { describe, expect, it } from 'vitest';
import { databaseClientChecks } from '../../src/checks/database-client.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { LocalFacts } from '../../src/facts.ts';
import { sampleCluster, sampleFacts } from '../sample.ts';

const cert = { ok: true, text: '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n' } as const;
const key = (label: string): LocalFacts['databaseClientKey'] => ({ ok: true, secret: new Secret(`-----BEGIN ${label}-----\nx\n-----END ${label}-----`) });

function judge(local: Pick<LocalFacts, 'databaseClientCert' | 'databaseClientKey'>, named = true) {
  const facts = sampleFacts();
  const { database } = sampleCluster();
  const cluster = sampleCluster(named ? { database: { ...database, client: { cert: '/ha/c.pem', key: { kind: 'env', name: 'KEY' } } } } : {});
  return databaseClientChecks.flatMap((one) => one.judgeAll({ cluster, facts: { ...facts, local: { ...facts.local, ...local } }, fingerprint: () => '' }))
    .map(({ judgement }) => ('code' in judgement ? judgement.code : judgement.outcome));
}

describe('database.client', () => {
  it.each<[string, Pick<LocalFacts, 'databaseClientCert' | 'databaseClientKey'>, string]>([
    ['passes a certificate with its key', { databaseClientCert: cert, databaseClientKey: key('PRIVATE KEY')! }, 'passed'],
    ['passes a key of one kind', { databaseClientCert: cert, databaseClientKey: key('EC PRIVATE KEY')! }, 'passed'],
    ['fails without the certificate', { databaseClientCert: { ok: false, missing: 'there is no file /ha/c.pem' }, databaseClientKey: key('PRIVATE KEY')! }, 'no-certificate'],
    ['fails for a file that is no certificate', { databaseClientCert: { ok: true, text: 'x' }, databaseClientKey: key('PRIVATE KEY')! }, 'no-pem'],
    ['fails without the key', { databaseClientCert: cert, databaseClientKey: { ok: false, missing: 'KEY is not set', hint: 'export KEY=…' } }, 'no-key'],
    ['fails for a key that Grafana cannot open', { databaseClientCert: cert, databaseClientKey: key('ENCRYPTED PRIVATE KEY')! }, 'encrypted-key'],
    ['fails for a file that is no key', { databaseClientCert: cert, databaseClientKey: { ok: true, secret: new Secret('x') } }, 'no-pem-key'],
  ])('%s', (_, local, outcome) => {
    expect(judge(local)).toEqual([outcome]);
  });

  it('is not asked where none is named', () => {
    expect(judge({}, false)).toEqual([]);
  });
});
