import { describe, expect, it } from 'vitest';
import { findOption, parseEnvironmentFile, parseEnvironmentProperty, parseExecStart, parseProperties } from '../../src/shell/systemd.ts';

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

  it.each([
    [['--config=/a'], '/a'], [['-config', '/a'], '/a'], [['--config', '/a'], '/a'], [['--config=/a', '--config=/b'], '/b'], [['--configx=/a'], undefined], [['config=/a'], undefined],
  ])('finds --config in %j', (words, expected) => {
    expect(findOption(words, 'config')).toBe(expected);
  });
});
