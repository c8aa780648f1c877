import { describe, expect, it } from 'vitest';
import { formatTarget, parseTarget, parseTargets } from '../../src/cluster/target.ts';

describe('parseTarget', () => {
  it.each([
    ['grafana-1', { host: 'grafana-1' }],
    ['ops@10.0.0.11', { user: 'ops', host: '10.0.0.11' }],
    ['ops@10.0.0.11:2222', { user: 'ops', host: '10.0.0.11', port: 2222 }],
    ['[2001:db8::1]:22', { host: '2001:db8::1', port: 22 }],
    ['ops@[fe80::1%eth0]:22', { user: 'ops', host: 'fe80::1%eth0', port: 22 }],
    ['2001:db8::1', { host: '2001:db8::1' }],
    ['ops@corp@bastion', { user: 'ops@corp', host: 'bastion' }],
    ['CORP\\ops@host', { user: 'CORP\\ops', host: 'host' }],
    ['web+eu_1.prod', { host: 'web+eu_1.prod' }],
  ])('reads %j', (text, value) => {
    expect(parseTarget(text)).toEqual({ ok: true, value: { text, ...value } });
  });

  it.each([
    ['', 'no host'],
    ['-oProxyCommand=touch /tmp/x', '-oProxyCommand'],
    ['ops@-oProxyCommand=x', '-oProxyCommand'],
    ['-ops@host', '-ops'],
    ['ssh://host', 'ssh://'],
    ['host:99999', 'port 99999'],
    ['host name', 'space'],
    ['host\u0000', 'control'],
    ['host\u0007x', 'control'],
    ['@host', '""'],
    ['ops@', '""'],
    ['$(id)@host', '$(id)'],
    ['host;id', 'host;id'],
    ['`id`', '`id`'],
    ['10.0.0.999', '10.0.0.999'],
    ['host:22:22', '2 colons'],
  ])('refuses %j and says what was found', (text, found) => {
    const parsed = parseTarget(text);
    expect(parsed.ok).toBe(false);
    expect(parsed).toMatchObject({ problem: expect.stringContaining(found), hint: expect.stringMatching(/\w/) });
  });

  it('does not repeat a password typed before the @', () => {
    expect(JSON.stringify(parseTarget('ops:hunter2@host'))).not.toContain('hunter2');
  });
});

describe('parseTargets', () => {
  it.each(['a b c', 'a,b,c', ' a, b\tc ,', 'a\nb\nc'])('reads several from %j', (text) => {
    const parsed = parseTargets(text);
    expect(parsed.ok && parsed.value.map((target) => target.host)).toEqual(['a', 'b', 'c']);
  });

  it.each([['', 'no host'], [' , ', 'no host'], ['a b a', 'a is named twice'], ['a A', 'A is named twice'], ['a b:99999', 'port 99999']])('refuses %j', (text, found) => {
    expect(parseTargets(text)).toMatchObject({ ok: false, problem: expect.stringContaining(found) });
  });

  it.each([['OPS@Host:22', 'OPS@host:22'], ['::1', '[::1]'], ['[::1]:22', '[::1]:22']])('spells %j as %j', (text, expected) => {
    const parsed = parseTarget(text);
    expect(parsed.ok && formatTarget(parsed.value)).toBe(expected);
  });
});
