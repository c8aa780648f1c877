import { describe, expect, it } from 'vitest';
import { readService } from '../../src/gather/service.ts';
import { type Answer, parseAnswer } from '../../src/shell/framed-answer.ts';
import { framed } from '../framed.ts';

const layout = { unit: 'grafana-server', statePath: '/var/lib/grafana-ha' };
const unit = '/usr/lib/systemd/system/grafana-server.service';
const dropIn = '/etc/systemd/system/grafana-server.service.d/x.conf';
const words = '/usr/share/grafana/bin/grafana server --config=${CONF_FILE} cfg:default.paths.data=/var/lib/grafana';

/** What a node with the Debian package puts, and what a test adds. */
function answer(parts: Readonly<Record<string, string>>): Answer {
  const all = {
    systemd: 'yes', clock: '2000',
    unit: `LoadState=loaded\nActiveState=active\nMainPID=7\nNRestarts=0\nUnitFileState=enabled\nNeedDaemonReload=no\nWorkingDirectory=/usr/share/grafana\nExecStart={ path=x ; argv[]=${words} ; ignore_errors=no }\n`,
    [`unit-file ${unit}`]: `[Service]\nExecStart=${words}\n`, [`modified ${unit}`]: '100',
    'environment-file /etc/default/grafana-server': 'X=1\nCONF_FILE=/etc/grafana/grafana.ini\n', 'modified /etc/default/grafana-server': '100',
    ...parts,
  };
  return parseAnswer(framed(all));
}

const running = (argv: string, startedAt: number, environ = ''): Readonly<Record<string, string>> => ({ 'cmdline 7': argv.replaceAll(' ', '\0'), 'environ 7': environ, 'directory 7': '/usr/share/grafana', 'started 7': String(startedAt) });

describe('readService', () => {
  it('takes the host name without the newline after it', () => {
    expect(readService(answer({ host: 'graf-a\n' }), layout).hostName).toBe('graf-a');
  });

  it('names the line of the environment file that the config comes from', () => {
    expect(readService(answer({}), layout)).toMatchObject({ configPath: '/etc/grafana/grafana.ini', configNamed: { path: '/etc/grafana/grafana.ini', place: '/etc/default/grafana-server:2' } });
  });

  it('takes the words of a process that is newer than all its files, even of one that a script started', () => {
    const { words: taken, configPath } = readService(answer(running('/opt/g/bin/grafana server --config=conf/my.ini cfg:a.b=1', 500)), layout);
    expect([taken.at(-1), configPath]).toEqual(['cfg:a.b=1', '/usr/share/grafana/conf/my.ini']);
  });

  it("takes the unit's words when its files are newer than the process", () => {
    const reading = readService(answer({ ...running('/usr/share/grafana/bin/grafana server --config=/old.ini', 500), 'modified /etc/default/grafana-server': '900' }), layout);
    expect(reading).toMatchObject({ configPath: '/etc/grafana/grafana.ini', running: { configPath: '/old.ini', startedAt: 500 } });
  });

  it('names where each argument is written', () => {
    const argv = '/usr/share/grafana/bin/grafana server cfg:a.b=1 cfg:c.d=2';
    const parts = { [`unit-file ${dropIn}`]: '[Service]\nExecStart=\nExecStart=/usr/share/grafana/bin/grafana server \\\n cfg:a.b=${B} $MORE\n', 'environment-file /etc/more': '# more\nMORE="cfg:c.d=2"\n' };
    expect([...readService(answer({ ...running(argv, 500), ...parts }), layout).argumentPlaces]).toEqual([['cfg:a.b=1', `${dropIn}:4`], ['cfg:c.d=2', '/etc/more:2']]);
  });

  it('tells apart who sets a variable', () => {
    const reading = readService(answer({ manager: 'GF_A_B=1\n', 'environment-file /etc/x': 'GF_C_D=2\n', ...running('/bin/grafana', 500, 'GF_A_B=1\0GF_C_D=2\0GF_E_F=3') }), layout);
    expect(reading.variables.filter(({ name }) => name.startsWith('GF_')).map(({ name, origin }) => [name, origin])).toEqual([['GF_A_B', 'systemctl show-environment'], ['GF_C_D', '/etc/x:1'], ['GF_E_F', 'the running process']]);
  });

  it('looks into CONF_FILE of the init script, and for a home beside the program, where no unit is', () => {
    const none = { unit: 'LoadState=not-found\nMainPID=0\n', 'environment-file /etc/default/grafana-server': '', 'default-file /etc/sysconfig/grafana-server': 'CONF_FILE="/etc/g.ini"\n' };
    expect(readService(answer(none), layout)).toMatchObject({ configPath: '/etc/g.ini', service: { known: false, active: false } });
    const reading = readService(answer({ ...none, ...running('/opt/grafana/bin/grafana server --config=/etc/g.ini', 500) }), { ...layout, start: 'x', status: 'y', configPath: '/etc/g.ini' });
    expect(reading.service.pid).toBe(7);
    expect(reading.homes).toContain('/opt/grafana');
  });

  it('takes config, variables and version of a container from what docker says', () => {
    const container = JSON.stringify([{ Name: '/grafana', State: { Running: true }, Config: { Image: 'grafana/grafana', Env: ['GF_SERVER_DOMAIN=x'] }, Mounts: [{ Source: '/etc/grafana', Destination: '/etc/grafana' }] }]);
    const reading = readService(answer({ unit: '', 'container-engine': 'docker', container, 'container-defaults': '[server]\n', 'container-version': 'Version 12.2.0 (commit: x)' }), layout);
    expect(reading).toMatchObject({ configPath: '/etc/grafana/grafana.ini', variables: [{ name: 'GF_SERVER_DOMAIN', origin: 'docker inspect grafana' }], container: { defaults: '[server]\n', facts: { name: 'grafana', hostConfigPath: '/etc/grafana/grafana.ini' } } });
  });
});
