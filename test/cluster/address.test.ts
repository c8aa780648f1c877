import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress, parsePort } from '../../src/cluster/address.ts';

describe('parseAddress', () => {
  it.each([
    ['db.example.com:5432', { host: 'db.example.com', port: 5432 }],
    ['db', { host: 'db', port: 3306 }],
    ['  db:1  ', { host: 'db', port: 1 }],
    ['10.0.0.1:65535', { host: '10.0.0.1', port: 65535 }],
    ['[2001:db8::1]:9094', { host: '2001:db8::1', port: 9094 }],
    ['[::1]', { host: '::1', port: 3306 }],
    ['::1', { host: '::1', port: 3306 }],
    ['my_db.internal.', { host: 'my_db.internal.', port: 3306 }],
  ])('reads %j', (text, value) => {
    expect(parseAddress(text, 3306)).toEqual({ ok: true, value });
  });

  it.each([
    ['', 'empty'],
    ['db:99999', 'port 99999'],
    ['db:0', 'port 0'],
    ['db:', 'port is empty'],
    ['db:5432x', 'port 5432x'],
    ['db:-1', 'port -1'],
    ['db1:1,db2:1', 'several hosts'],
    ['grafana:hunter2@db:5432', 'an @'],
    ['/var/run/postgresql', 'socket'],
    ['tcp(db:3306)', 'port 3306)'],
    ['postgres://db', 'postgres://'],
    ['db host', 'db host'],
    ['a:b:c', '2 colons'],
    ['[db]:22', '"db"'],
    ['[::1]22', 'after the bracket'],
    ['10.0.0.999', '10.0.0.999'],
    ['-db', '-db'],
    ['db..x', 'db..x'],
    [':5432', '""'],
  ])('refuses %j and says what was found', (text, found) => {
    const parsed = parseAddress(text, 3306);
    expect(parsed.ok).toBe(false);
    expect(parsed).toMatchObject({ problem: expect.stringContaining(found), hint: expect.stringMatching(/\w/) });
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });

  it('wants a port where there is no default', () => {
    expect(parseAddress('10.0.0.1')).toMatchObject({ ok: false, problem: expect.stringContaining('no port') });
  });

  it.each(['db:5432', '[2001:db8::1]:22'])('formats what it read: %s', (text) => {
    const parsed = parseAddress(text);
    expect(parsed.ok && formatAddress(parsed.value)).toBe(text);
  });

  it('reads ports from 1 to 65535 and nothing else', () => {
    expect(parsePort('1')).toEqual({ ok: true, value: 1 });
    expect(['0', '65536', '1e3', '', ' 1', '99999999999'].filter((text) => parsePort(text).ok)).toEqual([]);
  });
});
