import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { validate } from '../../src/commands/validate.ts';
import { makeWorld } from '../../src/context.ts';
import type { UsedSetting } from '../../src/report/used-settings.ts';
import { type Lab, type LabHost, startLab } from '../lab/lab.ts';
import { ask, packageRoot, writeClusterFile } from './push-lab.ts';

const secrets = { database: 'pw-0f#the"lab;', admin: 'first-Admin' };
const dropIns = '/etc/systemd/system/grafana-server.service.d';

interface Finding {
  readonly check: string;
  readonly node?: string;
  readonly outcome: string;
  readonly code?: string;
  readonly found?: string;
  readonly hint?: string;
}

interface Looked {
  readonly results: readonly Finding[];
  readonly settings: readonly UsedSetting[];
}

describe('what a node really uses', () => {
  let lab: Lab;
  let host: LabHost;
  let file: string;
  beforeAll(async () => {
    lab = await startLab({ strength: 'real', hosts: 2 });
    await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
    host = lab.hosts[1]!;
    file = writeClusterFile(lab, secrets);
  });
  afterAll(async () => {
    await lab.stop();
  });
  beforeEach(async () => {
    await host.reset();
  });

  /** What validate finds on the host that something was done to; nothing else may have changed there. */
  const findingsOf = async (...checks: readonly string[]): Promise<readonly Finding[]> =>
    (await look()).results.filter(({ node, outcome, check }) => node === host.name && outcome !== 'passed' && checks.includes(check));

  const look = async (): Promise<Looked> => {
    let text = '';
    const world = makeWorld(packageRoot);
    const screen = { ...world.screen, print: (words: string) => void (text += words), note: () => {}, progress: () => ({ update: () => {}, done: () => {} }) };
    const before = await fingerprintOf(host);
    await validate({ ...world, screen }, { file, hostKey: lab.hostKeyFingerprints, json: true });
    expect(await fingerprintOf(host)).toBe(before);
    expect(text).not.toContain('s3cret');
    return JSON.parse(text) as Looked;
  };

  // A Grafana that runs writes its own data.
  const fingerprintOf = (of: LabHost): Promise<string> =>
    ask(of, 'find /etc $(systemctl is-active -q grafana-server || echo /var/lib/grafana) -type f -exec sha256sum {} + | sort | sha256sum; systemctl show grafana-server -p ActiveState,MainPID,NRestarts,ExecMainStartTimestampMonotonic');

  const lineOf = (path: string, text: string): Promise<string> => ask(host, `grep -nF '${text}' ${path} | cut -d: -f1`);

  const dropIn = async (name: string, text: string): Promise<string> => {
    const path = `${dropIns}/${name}`;
    await ask(host, `mkdir -p ${dropIns}; cat > ${path} <<'END'\n${text}\nEND\nsystemctl daemon-reload`);
    return path;
  };

  it('names the line of GF_DATABASE_URL in the environment file, and not its password', async () => {
    await ask(host, "printf 'GF_DATABASE_URL=postgres://grafana:s3cret@elsewhere:5432/grafana\\n' >> /etc/default/grafana-server");
    const line = await lineOf('/etc/default/grafana-server', 'GF_DATABASE_URL');
    const [finding, ...more] = await findingsOf('node.shadowed');
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ outcome: 'failed', code: 'overridden', hint: `ssh -t -F ${lab.sshConfig} ${host.alias} sudoedit /etc/default/grafana-server` });
    expect(finding?.found).toMatch(new RegExp(`^GF_DATABASE_URL \\(/etc/default/grafana-server:${line}\\) decides \\[database\\] url: secret [0-9a-f]{6} instead of \\(unset\\)`));
  });

  it('says of every managed setting what the config will say, what the node will use, and what shadows it', async () => {
    await ask(host, "printf 'GF_DATABASE_HOST=elsewhere:5432\\nGF_SERVER_DOMAIN=grafana.example.com\\n' >> /etc/default/grafana-server");
    const [first, second] = await Promise.all([lineOf('/etc/default/grafana-server', 'GF_DATABASE_HOST'), lineOf('/etc/default/grafana-server', 'GF_SERVER_DOMAIN')]);
    const settings = (await look()).settings.filter(({ node }) => node === host.name);
    const of = (section: string, key: string): UsedSetting | undefined => settings.find((setting) => setting.section === section && setting.key === key);
    const wanted = `${lab.postgres!.host}:${lab.postgres!.port}`;
    expect(of('database', 'host')).toMatchObject({ now: 'elsewhere:5432', config: wanted, use: 'elsewhere:5432', shadowedBy: { name: 'GF_DATABASE_HOST', place: `/etc/default/grafana-server:${first}` } });
    expect(of('server', 'domain')).toMatchObject({ config: 'grafana.example.com', use: 'grafana.example.com', shadowedBy: { name: 'GF_SERVER_DOMAIN', place: `/etc/default/grafana-server:${second}` } });
    expect(of('server', 'root_url')).toEqual({ node: host.name, section: 'server', key: 'root_url', now: 'http://grafana.example.com:3000/', config: 'https://grafana.example.com/', use: 'https://grafana.example.com/' });
    expect(of('security', 'secret_key')).toEqual({ node: host.name, section: 'security', key: 'secret_key', now: "Grafana's default", use: 'what a push brings' });
    expect(of('database', 'password')?.config).toMatch(/^secret [0-9a-f]{6}$/);
  });

  it('names the last drop-in that sets a variable', async () => {
    await dropIn('10-url.conf', '[Service]\nEnvironment=GF_SERVER_ROOT_URL=http://first/');
    const path = await dropIn('20-url.conf', '[Service]\n# who did this?\nEnvironment="GF_LOG_LEVEL=debug" \\\n  "GF_SERVER_ROOT_URL=http://elsewhere/"');
    expect(await findingsOf('node.shadowed')).toMatchObject([{
      outcome: 'failed',
      found: `GF_SERVER_ROOT_URL (${path}:4) decides [server] root_url: http://elsewhere/ instead of https://grafana.example.com/`,
      hint: `ssh -t -F ${lab.sshConfig} ${host.alias} 'sudoedit ${path} && sudo systemctl daemon-reload'`,
    }]);
  });

  it('names the line of a cfg: argument', async () => {
    const path = await dropIn('arguments.conf', '[Service]\nExecStart=\nExecStart=/usr/share/grafana/bin/grafana server \\\n  --config=${CONF_FILE} \\\n  cfg:database.host=elsewhere:5432');
    const [finding] = await findingsOf('node.shadowed');
    expect(finding).toMatchObject({ outcome: 'failed', hint: `ssh -t -F ${lab.sshConfig} ${host.alias} 'sudoedit ${path} && sudo systemctl daemon-reload'` });
    expect(finding?.found).toMatch(`cfg:database.host (${path}:5) decides [database] host: elsewhere:5432 instead of ${lab.postgres!.host}:${lab.postgres!.port}`);
  });

  it('follows a drop-in that changes --config, and says which line does', async () => {
    const path = await dropIn('config.conf', '[Service]\nExecStart=\nExecStart=/usr/share/grafana/bin/grafana server --config=/etc/grafana/other.ini');
    expect(await findingsOf('node.config', 'node.config-path')).toMatchObject([{ check: 'node.config', outcome: 'failed', code: 'no-config' }, { check: 'node.config-path', outcome: 'warned', code: 'moved' }]);
    await ask(host, 'cp -p /etc/grafana/grafana.ini /etc/grafana/other.ini');
    const [finding, ...more] = await findingsOf('node.config', 'node.config-path', 'node.shadowed');
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ check: 'node.config-path', outcome: 'warned', code: 'moved', found: `Grafana reads /etc/grafana/other.ini, because of ${path}:3, and not /etc/grafana/grafana.ini` });
    expect(finding?.hint).toContain(`sudoedit ${path}`);
  });

  it('follows CONF_FILE', async () => {
    await ask(host, "mv /etc/grafana/grafana.ini /etc/grafana/mine.ini; sed -i 's#^CONF_FILE=.*#CONF_FILE=/etc/grafana/mine.ini#' /etc/default/grafana-server");
    const line = await lineOf('/etc/default/grafana-server', 'CONF_FILE');
    expect(await findingsOf('node.config', 'node.config-path')).toMatchObject([{ check: 'node.config-path', code: 'moved', found: `Grafana reads /etc/grafana/mine.ini, because of /etc/default/grafana-server:${line}, and not /etc/grafana/grafana.ini` }]);
  });

  it('names the line of [Database]', async () => {
    await ask(host, "printf '[Database]\\ntype = postgres\\nhost = db.lab:5432\\n' >> /etc/grafana/grafana.ini");
    const line = await lineOf('/etc/grafana/grafana.ini', '[Database]');
    const [finding] = await findingsOf('config.lint');
    expect(finding).toMatchObject({ outcome: 'warned', code: 'unknown-section', hint: `ssh -t -F ${lab.sshConfig} ${host.alias} sudoedit /etc/grafana/grafana.ini` });
    expect(finding?.found).toContain(`/etc/grafana/grafana.ini:${line} [Database]`);
  });

  it('tells a process from what would be started now', async () => {
    await ask(host, 'systemctl start grafana-server');
    expect(await findingsOf('node.stale')).toEqual([]);
    await ask(host, "touch -d '+1 minute' /etc/grafana/grafana.ini; printf 'GF_LOG_LEVEL=debug\\n' >> /etc/default/grafana-server; touch -d '+1 minute' /etc/default/grafana-server");
    const line = await lineOf('/etc/default/grafana-server', 'GF_LOG_LEVEL');
    const [finding] = await findingsOf('node.stale');
    expect(finding).toMatchObject({ outcome: 'warned', code: 'changed-since', hint: `ssh -t -F ${lab.sshConfig} ${host.alias} 'sudo systemctl restart grafana-server'` });
    expect(finding?.found).toContain('/etc/grafana/grafana.ini is newer than the process');
    expect(finding?.found).toContain(`GF_LOG_LEVEL (/etc/default/grafana-server:${line}) is not in the process`);
  });

  it('sees a variable that only the running process has, and files that systemd has not read', async () => {
    const path = await dropIn('gone.conf', '[Service]\nEnvironment=GF_SERVER_DOMAIN=elsewhere');
    await ask(host, `systemctl start grafana-server; rm ${path}`);
    expect(await findingsOf('node.stale')).toMatchObject([{ code: 'changed-since', hint: `ssh -t -F ${lab.sshConfig} ${host.alias} 'sudo systemctl daemon-reload && sudo systemctl restart grafana-server'` }]);
    await ask(host, 'systemctl daemon-reload');
    const [finding] = await findingsOf('node.shadowed');
    expect(finding).toMatchObject({ outcome: 'failed', found: 'GF_SERVER_DOMAIN (the running process) decides [server] domain: elsewhere instead of grafana.example.com' });
  });
});
