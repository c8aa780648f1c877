import { describe, expect, it } from 'vitest';
import { classifyIp, isIp, isIpv4, isIpv6 } from '../../src/cluster/ip.ts';

describe('IP literals', () => {
  it.each(['0.0.0.0', '10.0.0.1', '255.255.255.255'])('takes %s for IPv4', (text) => {
    expect(isIpv4(text)).toBe(true);
  });

  it.each(['256.0.0.1', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.4 ', '0x7f.0.0.1', ''])('does not take %j for an IP', (text) => {
    expect(isIp(text)).toBe(false);
  });

  it.each(['::', '::1', '1::', '2001:db8::1', '1:2:3:4:5:6:7:8', '::ffff:10.0.0.1', '2001:DB8::A', '1::8', '1:2:3:4:5:6:7::'])('takes %s for IPv6', (text) => {
    expect(isIpv6(text)).toBe(true);
  });

  it.each(['1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1::2::3', ':::', ':1', '1:', '12345::', 'g::1', '::1%eth0', '[::1]', '1:2:3:4:5:6:7:8::', '::10.0.0.1:1', 'host:22'])('does not take %j for IPv6', (text) => {
    expect(isIpv6(text)).toBe(false);
  });

  it.each([
    ['127.0.0.1', 'loopback'], ['127.9.9.9', 'loopback'], ['::1', 'loopback'], ['::ffff:127.0.0.1', 'loopback'],
    ['0.0.0.0', 'unspecified'], ['::', 'unspecified'],
    ['10.1.2.3', 'private'], ['172.16.0.1', 'private'], ['172.31.255.255', 'private'], ['192.168.0.1', 'private'], ['100.64.0.1', 'private'], ['fd00::1', 'private'], ['::ffff:10.0.0.1', 'private'],
    ['169.254.1.1', 'local'], ['fe80::1', 'local'], ['fe80::1%eth0', 'local'],
    ['8.8.8.8', 'public'], ['172.32.0.1', 'public'], ['100.128.0.1', 'public'], ['2001:4860:4860::8888', 'public'], ['::2', 'public'],
    ['db.example.com', undefined], ['', undefined],
  ])('classifies %s as %s', (text, reach) => {
    expect(classifyIp(text)).toBe(reach);
  });
});
