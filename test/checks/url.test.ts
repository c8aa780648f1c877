import { describe, expect, it } from 'vitest';
import { runChecks } from '../../src/checks/run-checks.ts';
import { urlChecks } from '../../src/checks/url.ts';
import type { Facts } from '../../src/facts.ts';
import type { CertificateFacts, Reply, Road, UrlFacts } from '../../src/facts/url.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleFacts, sampleNodeFacts } from '../sample.ts';

const root = 'https://grafana.example.com/';
const answer = (status: number, body = ''): Reply => ({ kind: 'answer', status, body, cookies: [], ms: 3 });
const none = (code: string): Reply => ({ kind: 'none', code, said: code });
const health = answer(200, '{ "database": "ok", "version": "12.2.0", "commit": "a" }');
const road: Road = {
  visits: [{ url: root, reply: answer(302), next: `${root}login` }, { url: `${root}login`, reply: answer(200, '<title>Grafana</title>') }],
  origin: answer(401), live: answer(101), metrics: answer(403),
};
const certificate: CertificateFacts = { subject: 'grafana.example.com', issuer: 'R11', topIssuer: 'Root X1', names: ['DNS:grafana.example.com'], fitsName: true, notBefore: new Date('2026-12-01T00:00:00Z'), notAfter: new Date('2027-03-01T00:00:00Z') };
const sound: UrlFacts = {
  addresses: [{ address: '203.0.113.7' }], certificate: { ok: true, facts: certificate },
  own: [health, health], health: [health, health, health, health], alive: answer(200, 'Ok'), shared: road, straight: { ...road, node: 'graf-a' },
};

/** What is found with these facts, skipped ones as `skipped ID`. */
function findings(url: Partial<UrlFacts>, { rootUrl = root, config = '' }: { readonly rootUrl?: string; readonly config?: string } = {}): readonly string[] {
  const nodes = ['graf-a', 'graf-b'].map((name) => sampleEntry(name, { node: { ok: true, facts: sampleNodeFacts({ config: sampleConfig(config) }) } }));
  const facts: Facts = sampleFacts({ nodes, url: { ok: true, facts: { ...sound, ...url } } });
  return runChecks(urlChecks, facts, sampleCluster({ rootUrl }), { today: '2027-01-04', fingerprint: () => '' })
    .flatMap(({ check, judgement }) => (judgement.outcome === 'passed' ? [] : [judgement.outcome === 'skipped' ? `skipped ${check}` : `${judgement.outcome} ${check} ${judgement.code}`]));
}

const offer = (change: Partial<CertificateFacts>): Partial<UrlFacts> => ({ certificate: { ok: true, facts: { ...certificate, ...change } } });
const shared = (change: Partial<Road>): Partial<UrlFacts> => ({ shared: { ...road, ...change } });
const both = (change: Partial<Road>): Partial<UrlFacts> => ({ shared: { ...road, ...change }, straight: { ...road, ...change, node: 'graf-a' } });
const leads = (next: string): Partial<UrlFacts> => shared({ visits: [{ url: root, reply: answer(302), next }] });

describe('url checks', () => {
  it.each<[string, Partial<UrlFacts>]>([
    ['all is well', {}],
    ['a short-lived certificate has most of its time left', offer({ notBefore: new Date('2027-01-03T00:00:00Z'), notAfter: new Date('2027-01-09T00:00:00Z') })],
    ['Grafana sends people to the login of somebody else', shared({ visits: [...road.visits.slice(0, 1), { url: `${root}login`, reply: answer(302), next: 'https://sso.example.com/authorize?client_id=x&redirect_uri=y' }] })],
    ['an IPv6 address cannot be reached from here', { addresses: [{ address: '203.0.113.7' }, { address: '2001:db8::7', refusal: 'ENETUNREACH' }] }],
    ['the version is hidden', { health: [answer(200, '{ "database": "ok" }')] }],
    ['one node could not be asked and another version answers', { own: [health], health: [answer(200, '{ "database": "ok", "version": "12.1.0" }')] }],
    ['metrics want a password', shared({ metrics: answer(401) })],
    ['metrics are off', shared({ metrics: answer(302) })],
  ])('find nothing when %s', (_, url) => {
    expect(findings(url)).toEqual([]);
  });

  it.each<[string, Partial<UrlFacts>, readonly string[]]>([
    ['no TLS', { certificate: { ok: false, missing: 'wrong version number' } }, ['failed url.certificate no-tls', 'skipped url.health']],
    ['a certificate of another name', offer({ fitsName: false }), ['failed url.certificate wrong-name']],
    ['an expired certificate', offer({ notAfter: new Date('2027-01-03T00:00:00Z') }), ['failed url.certificate expired']],
    ['a certificate of tomorrow', offer({ notBefore: new Date('2027-01-05T00:00:00Z') }), ['failed url.certificate not-yet-valid']],
    ['a certificate that ends soon', offer({ notBefore: new Date('2026-10-22T00:00:00Z'), notAfter: new Date('2027-01-20T00:00:00Z') }), ['warned url.certificate expires-soon']],
    ['a short-lived certificate that nobody renewed', offer({ notBefore: new Date('2026-12-30T00:00:00Z'), notAfter: new Date('2027-01-05T00:00:00Z') }), ['warned url.certificate expires-soon']],
    ['a self-signed certificate', offer({ chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), ['failed url.certificate self-signed']],
    ['an expired intermediate certificate', offer({ chainError: 'CERT_HAS_EXPIRED' }), ['failed url.certificate chain-expired']],
    ['an authority of their own', offer({ chainError: 'SELF_SIGNED_CERT_IN_CHAIN' }), ['warned url.certificate private-authority']],
    ['a missing intermediate certificate', offer({ chainError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), ['warned url.certificate chain']],
    ['a hanging node', { health: [health, none('ETIMEDOUT')] }, ['failed url.health hangs']],
    ['a dead node', { health: [health, answer(502)] }, ['failed url.health dead-node']],
    ['a node whose database fails', { health: [health, answer(503, '{ "database": "failing" }')] }, ['failed url.health dead-node']],
    ['a Grafana of another cluster', { health: [health, answer(200, '{ "database": "ok", "version": "9.4.7" }')] }, ['failed url.health another-grafana']],
    ['an address that nobody listens at', { addresses: [{ address: '203.0.113.7' }, { address: '203.0.113.8', refusal: 'ECONNREFUSED' }] }, ['warned url.health dead-address']],
    ['a way to http', leads('http://grafana.example.com/'), ['failed url.redirects http']],
    ['a way to the port of the nodes', leads('https://grafana.example.com:3000/'), ['failed url.redirects other-port']],
    ['a way to another host', leads('https://graf-a.example.com/'), ['failed url.redirects elsewhere']],
    ['a way to itself', leads(root), ['failed url.redirects loop']],
    ['nothing at root_url', shared({ visits: [{ url: root, reply: answer(404) }] }), ['failed url.redirects not-found']],
    ['another Host', shared({ origin: answer(403, 'origin not allowed') }), ['failed url.host host-rewritten']],
    ['an Origin that Grafana refuses by itself', both({ origin: answer(403, 'origin not allowed') }), ['failed url.host refused']],
    ['a firewall that refuses a POST', shared({ origin: answer(403, 'blocked') }), ['skipped url.host']],
    ['a lost upgrade', shared({ live: answer(400, 'Bad Request') }), ['failed url.websocket upgrade-lost']],
    ['an Origin that Live refuses', both({ live: answer(403, 'Forbidden\n') }), ['failed url.websocket origin-refused']],
    ['a balancer that refuses WebSockets', shared({ live: answer(405) }), ['failed url.websocket not-passed']],
    ['a login before WebSockets', both({ live: answer(401) }), ['skipped url.websocket']],
    ['metrics for the world', shared({ metrics: answer(200, '# HELP a b\n') }), ['failed url.metrics public']],
    ['metrics for a private net', { ...shared({ metrics: answer(200, '# TYPE a b\n') }), addresses: [{ address: '10.0.0.1' }] }, ['warned url.metrics open']],
    ['a lock before everything', { health: [answer(401)], ...shared({ visits: [{ url: root, reply: answer(401) }] }) }, ['skipped url.health', 'skipped url.redirects', 'skipped url.host', 'skipped url.websocket', 'skipped url.metrics']],
  ])('say what is wrong with %s', (_, url, expected) => {
    expect(findings(url)).toEqual(expected);
  });

  it('tell people who come by https that root_url says http', () => {
    const visits = [{ url: 'http://grafana.example.com/', reply: answer(301), next: root }];
    const { certificate: _, ...plain } = sound;
    expect(findings({ ...plain, ...shared({ visits }) }, { rootUrl: 'http://grafana.example.com/' })).toContain('warned url.redirects https');
  });

  it.each<[string, string, Partial<UrlFacts>, string, RegExp]>([
    ['the sub-path', `${root}grafana/`, leads(root), '', /serve_from_sub_path = true/],
    ['enforce_domain', root, both({ visits: [{ url: root, reply: answer(301), next: root }] }), '[server]\nenforce_domain = true\n', /domain = grafana\.example\.com/],
    ['root_url of the nodes', root, both({ visits: [{ url: root, reply: answer(301), next: root }] }), '', /root_url under \[server\]/],
    ['the load balancer', root, leads(root), '', /the load balancer redirects/],
  ])('name %s where browsers go in circles', (_, rootUrl, url, config, hint) => {
    const nodes = [sampleEntry('graf-a', { node: { ok: true, facts: sampleNodeFacts({ config: sampleConfig(config) }) } })];
    const results = runChecks(urlChecks, sampleFacts({ nodes, url: { ok: true, facts: { ...sound, ...url } } }), sampleCluster({ rootUrl }), { today: '2027-01-04', fingerprint: () => '' });
    expect(results.find(({ check }) => check === 'url.redirects')?.judgement).toMatchObject({ outcome: 'failed', code: 'loop', hint: expect.stringMatching(hint) as unknown });
  });
});
