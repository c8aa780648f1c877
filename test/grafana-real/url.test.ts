import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNginx } from '../io/balancers.ts';
import { type Judged, judgeUrl } from '../io/judge-url.ts';
import { makeAuthority } from '../lab/database/authority.ts';
import { freePort } from '../lab/database/server-user.ts';
import { realHome } from '../lab/grafana/program.ts';
import { type LabFolder, makeLabFolder } from '../lab/lab-folder.ts';
import { quiet, type Started, startGrafana } from './grafana-process.ts';

const name = 'grafana.lab';

describe('url checks of a Grafana behind nginx', () => {
  let folder: LabFolder;
  let ports: Readonly<Record<string, number>>;
  let grafanas: Readonly<Record<'open' | 'closed', { readonly port: number; readonly server: Started }>>;
  const trusted = process.env['SSL_CERT_FILE'];

  beforeAll(async () => {
    const home = (await realHome())!;
    folder = await makeLabFolder();
    const authority = await makeAuthority(folder.path);
    process.env['SSL_CERT_FILE'] = authority.caPath;
    const { certPath, keyPath } = await authority.issue(folder.path, '127.0.0.1', { name });
    const pem = join(folder.path, 'both.pem');
    await writeFile(pem, await readFile(certPath, 'utf8') + await readFile(keyPath, 'utf8'));

    const start = async (title: string, wanted: number, words: readonly string[]): Promise<{ readonly port: number; readonly server: Started }> => {
      const data = join(folder.path, title);
      await mkdir(data);
      const port = await freePort('127.0.0.1', wanted);
      const server = await startGrafana({ home, port, environment: {}, words: [`cfg:server.http_port=${port}`, `cfg:paths.data=${data}`, `cfg:paths.logs=${data}`, `cfg:paths.plugins=${data}/plugins`, ...quiet, ...words] });
      expect(server.lastWords).toBeUndefined();
      return { port, server };
    };
    const [open, closed] = await Promise.all([start('open', 3471, ['cfg:auth.anonymous.enabled=true', `cfg:server.root_url=https://${name}/`]), start('closed', 3472, [`cfg:server.root_url=https://${name}/grafana/`])]);
    grafanas = { open, closed };
    const passOn = ['proxy_http_version 1.1;', 'proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection "upgrade";', 'proxy_set_header Host $http_host;'];
    const deny = 'location ~ /metrics$ { deny all; }';
    ports = await startNginx({
      good: { pem, lines: [deny, 'location / {', `proxy_pass http://127.0.0.1:${open.port};`, ...passOn, '}'] },
      plain: { pem, lines: [deny, 'location / {', `proxy_pass http://127.0.0.1:${open.port};`, '}'] },
      open: { pem, lines: ['location / {', `proxy_pass http://127.0.0.1:${open.port};`, ...passOn, '}'] },
      stripped: { pem, lines: [deny, 'location /grafana/ {', `proxy_pass http://127.0.0.1:${closed.port}/;`, ...passOn, '}'] },
      notStripped: { pem, lines: [deny, 'location / {', `proxy_pass http://127.0.0.1:${closed.port};`, ...passOn, '}'] },
    }, folder);
  });
  afterAll(async () => {
    if (trusted === undefined) delete process.env['SSL_CERT_FILE'];
    else process.env['SSL_CERT_FILE'] = trusted;
    await Promise.all(Object.values(grafanas).map(({ server }) => server.stop()));
    await folder.remove();
  });

  const judge = (entrance: string, grafana: 'open' | 'closed', path: string): Promise<Judged> =>
    judgeUrl({ rootUrl: `https://${name}:${ports[entrance]}${path}`, addresses: ['127.0.0.1'], active: true, config: `[server]\nhttp_port = ${grafanas[grafana].port}\n` });

  it('finds nothing where nginx does all right', async () => {
    expect(await judge('good', 'open', '/')).toMatchObject({ findings: [], skipped: [] });
    expect(await judge('stripped', 'closed', '/grafana/')).toMatchObject({ findings: [], skipped: ['url.websocket'] });
  });

  it.each<[string, string, 'open' | 'closed', string, readonly string[]]>([
    ['8, url.host: nginx as it comes', 'plain', 'open', '/', ['failed url.host host-rewritten', 'failed url.websocket upgrade-lost']],
    ['38, url.metrics: /metrics is open', 'open', 'open', '/', ['warned url.metrics open']],
    ['13, url.redirects: a sub-path that neither Grafana nor nginx takes off', 'notStripped', 'closed', '/grafana/', ['failed url.redirects loop']],
  ])('%s', async (_, entrance, grafana, path, expected) => {
    expect((await judge(entrance, grafana, path)).findings).toEqual(expected);
  });
});
