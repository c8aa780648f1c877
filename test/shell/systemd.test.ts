import { describe, expect, it } from 'vitest';
import { directiveLines, findOption, parseEnvironmentFile, parseEnvironmentProperty, parseExecStart, parseProperties, placeOf } from '../../src/shell/systemd.ts';

describe('what systemd says of a unit', () => {
  it('gives properties that are shown twice both values', () => {
    const properties = parseProperties('MainPID=7\nEnvironmentFiles=/a (ignore_errors=no)\nEnvironmentFiles=/b (ignore_errors=yes)\nUser=\n');
    expect(properties.get('EnvironmentFiles')).toEqual(['/a (ignore_errors=no)', '/b (ignore_errors=yes)']);
    expect(properties.get('User')).toEqual(['']);
  });

  it.each<[string, readonly (readonly [string, string, number])[]]>([
    ['A=1\n# B=2\n; C=3\nD = 4 \n', [['A', '1', 1], ['D', '4', 4]]],
    [`A="one two"\nB='$x'\nC="a\\"b"\n`, [['A', 'one two', 1], ['B', '$x', 2], ['C', 'a"b', 3]]],
    ['A=one \\\n two\r\nB=3', [['A', 'one  two', 1], ['B', '3', 3]]],
    ['A=\nnot an assignment\n', [['A', '', 1]]],
  ])('reads an environment file %j', (text, expected) => {
    expect(parseEnvironmentFile(text).map(({ name, value, line }) => [name, value, line])).toEqual(expected);
  });

  it('reads the Environment property', () => {
    expect(parseEnvironmentProperty('A=b "C=d e" D=')).toEqual([{ name: 'A', value: 'b' }, { name: 'C', value: 'd e' }, { name: 'D', value: '' }]);
  });

  it("fills in ExecStart from the environment, as the deb's unit needs", () => {
    const text = '{ path=/usr/share/grafana/bin/grafana ; argv[]=/usr/share/grafana/bin/grafana server --config=${CONF_FILE} --pidfile=${NONE}/x cfg:default.paths.logs=$LOG_DIR ; ignore_errors=no ; start_time=[n/a] ; pid=0 }';
    expect(parseExecStart(text, new Map([['CONF_FILE', '/etc/grafana/grafana.ini'], ['LOG_DIR', '/var/log/grafana']]))).toEqual([
      '/usr/share/grafana/bin/grafana', 'server', '--config=/etc/grafana/grafana.ini', '--pidfile=/x', 'cfg:default.paths.logs=/var/log/grafana',
    ]);
  });

  it('makes words of a variable that stands alone, and one of a variable in a word', () => {
    const text = '{ path=/g ; argv[]=/g $OPTIONS --config=$FILE ; ignore_errors=no }';
    expect(parseExecStart(text, new Map([['OPTIONS', 'cfg:a.b=1 "cfg:c.d=2 3"'], ['FILE', '/a b']]))).toEqual(['/g', 'cfg:a.b=1', 'cfg:c.d=2 3', '--config=/a b']);
  });

  it.each([
    [['--config=/a'], '/a'], [['-config', '/a'], '/a'], [['--config', '/a'], '/a'], [['--config=/a', '--config=/b'], '/b'], [['--configx=/a'], undefined], [['config=/a'], undefined],
  ])('finds --config in %j', (words, expected) => {
    expect(findOption(words, 'config')).toBe(expected);
  });
});

describe('where a unit says something', () => {
  const files = new Map([
    ['/usr/lib/systemd/system/g.service', '[Service]\nExecStart=/bin/grafana server \\\n  # not a part of it\n  --config=${CONF_FILE} \\\n  cfg:a.b=1\nEnvironment=A=1\n'],
    ['/etc/systemd/system/g.service.d/a.conf', '[Service]\nExecStart=\nExecStart=/bin/grafana server --config=/x cfg:a.b=2\r\n;Environment=A=2\n'],
  ]);

  it('counts what comes after an empty ExecStart= alone, and no comments', () => {
    const lines = directiveLines(files);
    expect(lines.map(({ name, place }) => `${name} ${place}`)).toEqual(['Environment /usr/lib/systemd/system/g.service:6', 'ExecStart /etc/systemd/system/g.service.d/a.conf:3']);
    expect(placeOf(lines, 'ExecStart', 'cfg:a.b=')?.place).toBe('/etc/systemd/system/g.service.d/a.conf:3');
    expect(placeOf(lines, 'Environment', 'B=')).toBeUndefined();
  });

  it('finds a word on the continued line it stands on', () => {
    const lines = directiveLines(new Map([...files].slice(0, 1)));
    expect(placeOf(lines, 'ExecStart', 'cfg:a.b=')?.place).toBe('/usr/lib/systemd/system/g.service:5');
  });
});
