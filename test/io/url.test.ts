import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { urlChecks } from '../../src/checks/url.ts';
import { makeAuthority } from '../lab/database/authority.ts';
import { type LabFolder, makeLabFolder } from '../lab/lab-folder.ts';
import { run, until } from '../lab/run.ts';
import { type Entrance, startHaproxy, startNginx } from './balancers.ts';
import { type Front, startFront } from './grafana-front.ts';
import { type Judged, judgeUrl } from './judge-url.ts';

const name = 'grafana.lab';

describe('url checks before HAProxy and nginx', () => {
  let folder: LabFolder;
  let ports: Readonly<Record<string, number>>;
  let fronts: { readonly one: Front; readonly two: Front; readonly login: Front; readonly hanging: Front; readonly other: Front };
  const trusted = process.env['SSL_CERT_FILE'];

  beforeAll(async () => {
    folder = await makeLabFolder();
    const authority = await makeAuthority(folder.path);
    process.env['SSL_CERT_FILE'] = authority.caPath;
    const pem = async (title: string, more: { readonly name?: string; readonly days?: number }): Promise<string> => {
      const home = join(folder.path, title);
      await mkdir(home);
      const { certPath, keyPath } = await authority.issue(home, '127.0.0.9', more);
      await writeFile(join(home, 'both.pem'), await readFile(certPath, 'utf8') + await readFile(keyPath, 'utf8'));
      return join(home, 'both.pem');
    };
    const good = await pem('good', { name });
    const certificates = { expired: await pem('expired', { name, days: -1 }), wrong: await pem('wrong', { name: 'graf-a.lab' }), own: join(folder.path, 'own.pem') };
    await run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', `${certificates.own}.key`, '-out', certificates.own]);
    await writeFile(certificates.own, await readFile(certificates.own, 'utf8') + await readFile(`${certificates.own}.key`, 'utf8'));

    fronts = { one: await startFront(), two: await startFront(), login: await startFront({ anonymous: false }), hanging: await startFront({ hangs: true }), other: await startFront({ version: '9.4.7' }) };
    const at = (...some: readonly Front[]): readonly string[] => some.map(({ port }, index) => `server s${index} 127.0.0.1:${port}`);
    const closed = 'server gone 127.0.0.1:9';
    const deny = 'http-request deny if { path /metrics }';
    const both = at(fronts.one, fronts.two);
    const entrance = (...lines: readonly string[]): Entrance => ({ pem: good, lines });
    const passOn = ['proxy_http_version 1.1;', 'proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection "upgrade";', 'proxy_set_header Host $http_host;'];
    const pass = `proxy_pass http://127.0.0.1:${fronts.one.port};`;
    const location = (...lines: readonly string[]): Entrance => entrance('location /metrics { deny all; }', 'location / {', pass, ...lines, '}');
    const haproxy = await startHaproxy({
      good: entrance(deny, 'option httpchk GET /api/health', 'http-check expect status 200', 'timeout check 3s', 'default-server check inter 100ms fall 1', ...both, closed),
      sticky: entrance(deny, 'cookie SERVERID insert indirect', ...both.map((server, index) => `${server} cookie s${index}`)),
      login: entrance(deny, ...at(fronts.login)),
      rewritten: entrance(deny, 'http-request set-header Host internal:3000', ...both),
      upgradeLost: entrance(deny, 'http-request del-header Upgrade', ...both),
      upgradeDenied: entrance(deny, 'http-request deny if { hdr(Upgrade) -i websocket }', ...both),
      circles: entrance(deny, 'http-request redirect scheme https if { path / }', ...both),
      toNode: entrance(deny, 'http-request redirect location http://graf-a:3000/ if { path / }', ...both),
      toPort: entrance(deny, `http-request redirect location https://${name}:3000/ if { path / }`, ...both),
      toPortal: entrance(deny, 'http-request redirect location https://sso.example.com/authorize?client_id=x', ...both),
      metricsOpen: entrance(...both),
      deadNode: entrance(deny, ...both, closed),
      down: entrance(deny, closed),
      hanging: entrance(deny, ...at(fronts.one, fronts.hanging)),
      another: entrance(deny, ...at(fronts.one, fronts.other)),
      parked: entrance('http-request return status 200 content-type text/html string "<title>soon</title>"'),
      healthClosed: entrance(deny, 'http-request deny if { path /api/health }', ...at(fronts.login)),
      expired: { pem: certificates.expired, lines: [deny, ...both] },
      wrongName: { pem: certificates.wrong, lines: [deny, ...both] },
      selfSigned: { pem: certificates.own, lines: [deny, ...both] },
    }, folder);
    const nginx = await startNginx({
      nginxGood: location(...passOn),
      nginxPlain: location(),
      nginxHost: location(...passOn.slice(0, 3)),
      nginxCircles: entrance('location = / { return 301 https://$http_host/; }', ...location(...passOn).lines),
    }, folder);
    ports = { ...haproxy, ...nginx, nobody: 9 };
    await until('HAProxy to see that a node is down', async () => (await judge('good')).findings.length === 0);
  });
  afterAll(async () => {
    if (trusted === undefined) delete process.env['SSL_CERT_FILE'];
    else process.env['SSL_CERT_FILE'] = trusted;
    for (const { server } of Object.values(fronts)) server.close().closeAllConnections();
    await folder.remove();
  });

  const judge = (entrance: string, { active = true, addresses = ['127.0.0.1'] }: { readonly active?: boolean; readonly addresses?: readonly string[] | null } = {}): Promise<Judged> => {
    const asked = entrance === 'login' || entrance === 'healthClosed' ? fronts.login : fronts.one;
    return judgeUrl({ rootUrl: `https://${name}:${ports[entrance]}/`, addresses: addresses ?? undefined, active, config: `[server]\nhttp_port = ${asked.port}\n` });
  };
  const all = urlChecks.map(({ id }) => id);

  it.each(['good', 'nginxGood', 'sticky'])('nothing is found at a load balancer that does all right: %s', async (entrance) => {
    const { findings, passed } = await judge(entrance);
    expect(findings).toEqual([]);
    expect(passed).toEqual(all);
  });

  it.each<[problem: string, entrance: string, expected: readonly string[]]>([
    ['8, url.host: HAProxy writes another Host', 'rewritten', ['failed url.host host-rewritten', 'failed url.websocket origin-refused']],
    ['8, url.host: nginx as it comes keeps neither Host nor upgrade', 'nginxPlain', ['failed url.host host-rewritten', 'failed url.websocket upgrade-lost']],
    ['8, url.host: nginx passes the upgrade and not the Host', 'nginxHost', ['failed url.host host-rewritten', 'failed url.websocket origin-refused']],
    ['8, url.websocket: HAProxy drops the Upgrade header', 'upgradeLost', ['failed url.websocket upgrade-lost']],
    ['8, url.websocket: HAProxy refuses WebSockets', 'upgradeDenied', ['failed url.websocket not-passed']],
    ['13, url.redirects: HAProxy sends https to https', 'circles', ['failed url.redirects loop']],
    ['13, url.redirects: nginx sends https to https', 'nginxCircles', ['failed url.redirects loop']],
    ['13, url.redirects: people are sent to a node', 'toNode', ['failed url.redirects elsewhere']],
    ['13, url.redirects: people are sent to the port of the nodes', 'toPort', ['failed url.redirects other-port']],
    ['url.certificate: wrong name', 'wrongName', ['failed url.certificate wrong-name']],
    ['url.certificate: expired', 'expired', ['failed url.certificate expired']],
    ['url.certificate: self-signed', 'selfSigned', ['failed url.certificate self-signed']],
    ['38, url.metrics: /metrics is open', 'metricsOpen', ['warned url.metrics open']],
    ['32, url.health: a node that is down still gets requests', 'deadNode', ['failed url.health dead-node']],
    ['32, url.health: no node is behind the load balancer', 'down', ['failed url.health down']],
    ['32, url.health: a node whose database drops packets still gets requests', 'hanging', ['failed url.health hangs']],
    ['url.health: a Grafana of another cluster answers, too', 'another', ['failed url.health another-grafana']],
    ['url.health: something else than Grafana answers', 'parked', ['failed url.health not-grafana']],
  ])('%s', async (_, entrance, expected) => {
    expect((await judge(entrance)).findings).toEqual(expected);
  });

  it('says whose fault it is, by asking a node by itself', async () => {
    expect((await judge('rewritten')).details).toContain('graf-a by itself allows it, so the load balancer writes another Host');
    expect((await judge('hanging')).details).toContain('/healthz answers at once');
    expect((await judge('sticky')).details).toContain('SERVERID');
  });

  it('does not know of WebSockets where Grafana asks for a login first, and says so', async () => {
    expect(await judge('login')).toMatchObject({ findings: [], skipped: ['url.websocket'] });
  });

  it('does not blame a load balancer that keeps /api/health to itself, nor a login before Grafana', async () => {
    expect(await judge('healthClosed')).toMatchObject({ findings: [], skipped: ['url.health', 'url.websocket'] });
    expect(await judge('toPortal')).toMatchObject({ findings: [], passed: ['url.certificate'] });
  });

  it.each<[string, string, Parameters<typeof judge>[1], string]>([
    ['the name does not resolve', 'good', { addresses: null }, 'does not resolve here'],
    ['nothing listens', 'nobody', {}, 'nothing listens at grafana.lab:9 yet (ECONNREFUSED)'],
    ['no node runs', 'down', { active: false }, 'no Grafana runs on the nodes yet'],
  ])('skips everything, with the reason, while %s', async (_, entrance, state, reason) => {
    const found = await judge(entrance, state);
    expect(found).toMatchObject({ findings: [], skipped: all });
    expect(found.details).toContain(reason);
  });

  it('names an address of the name where nothing answers', async () => {
    expect((await judge('good', { addresses: ['127.0.0.1', '127.9.9.9'] })).findings).toEqual(['warned url.health dead-address']);
  });
});
