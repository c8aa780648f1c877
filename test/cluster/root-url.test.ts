import { describe, expect, it } from 'vitest';
import { nameFrom, parseName } from '../../src/cluster/name.ts';
import { defaultClusterName, parseRootUrl } from '../../src/cluster/root-url.ts';

describe('parseRootUrl', () => {
  it.each([
    ['https://grafana.example.com', 'https://grafana.example.com/', 'grafana.example.com'],
    ['HTTPS://Grafana.Example.COM:443/', 'https://grafana.example.com/', 'grafana.example.com'],
    ['http://grafana:80', 'http://grafana/', 'grafana'],
    ['http://grafana:443', 'http://grafana:443/', 'grafana'],
    ['https://example.com:8443/Grafana', 'https://example.com:8443/Grafana/', 'example.com'],
    ['http://[2001:DB8::1]:3000/', 'http://[2001:db8::1]:3000/', '2001:db8::1'],
    [' http://10.0.0.1:3000 ', 'http://10.0.0.1:3000/', '10.0.0.1'],
  ])('normalises %j', (text, url, domain) => {
    expect(parseRootUrl(text)).toMatchObject({ ok: true, value: { url, domain } });
  });

  it.each([
    ['', 'empty'],
    ['grafana.example.com', 'no https://'],
    ['ftp://grafana', 'ftp://'],
    ['https:/grafana', 'no https://'],
    ['https:///', 'empty'],
    ['https://user:hunter2@grafana', 'password'],
    ['https://grafana/?orgId=1', 'query'],
    ['https://grafana/#x', 'fragment'],
    ['https://grafana:99999/', 'port 99999'],
    ['https://gra fana/', 'gra fana'],
    ['https://grafana\\x/', '\\x'],
    ['https://grafana/a;b', 'a;b'],
    ['https://grafana/a/../b', 'plain form'],
    ['https://grafana//a', 'plain form'],
    ['%(protocol)s://%(domain)s:%(http_port)s/', 'no https://'],
    ['https://10.0.0.999/', '10.0.0.999'],
  ])('refuses %j and says what was found', (text, found) => {
    const parsed = parseRootUrl(text);
    expect(parsed).toMatchObject({ ok: false, problem: expect.stringContaining(found), hint: expect.stringContaining('https://') });
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });

  it('leaves its own result as it is', () => {
    const once = parseRootUrl('https://example.com:8443/grafana');
    expect(once.ok && parseRootUrl(once.value.url)).toEqual(once);
  });

  it.each([['https://grafana.example.com/', 'grafana'], ['http://10.0.0.1/', 'grafana'], ['http://mon_1/x', 'mon_1'], ['http://[::1]/', 'grafana']])('names the cluster of %s %s', (text, name) => {
    const parsed = parseRootUrl(text);
    expect(parsed.ok && defaultClusterName(parsed.value)).toBe(name);
  });
});

describe('names', () => {
  it.each(['grafana-1', 'g', '1', 'A_b-3', 'constructor'])('accepts %s', (name) => {
    expect(parseName(name)).toEqual({ ok: true, value: name });
  });

  it.each(['', '-a', '_a', '__proto__', 'a.b', 'a b', 'é', 'a/b', 'a'.repeat(64)])('refuses %j', (name) => {
    expect(parseName(name).ok).toBe(false);
  });

  it.each([['ip-10-0-0-1.ec2.internal', 'ip-10-0-0-1-ec2-internal'], ['--x--', 'x'], ['…', undefined]])('makes a name from %j', (text, name) => {
    expect(nameFrom(text)).toBe(name);
  });
});
