import { describe, expect, it } from 'vitest';
import { isAck, pingPacket } from '../../src/grafana/memberlist.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('a ping of our own', () => {
  it('is what Grafana 12.2 answered', () => {
    expect(hex(pingPacket(0x2a07, ''))).toBe(`0082a5${Buffer.from('SeqNo').toString('hex')}cd2a07a4${Buffer.from('Node').toString('hex')}a0`);
  });

  it('carries the label in front', () => {
    expect(hex(pingPacket(1, 'prod'))).toBe(`f404${Buffer.from('prod').toString('hex')}${hex(pingPacket(1, ''))}`);
    expect(hex(pingPacket(1, 'ü')).slice(0, 8)).toBe('f402c3bc');
  });

  it.each([
    ['an ack', '02 82 a7 5061796c6f6164 a0 a5 5365714e6f 2a', true],
    ['an ack under a label', 'f4 04 70726f64 02 82 a7 5061796c6f6164 a0 a5 5365714e6f 2a', true],
    ['an ack with a checksum', '0c 01020304 02 82 a7 5061796c6f6164 a0 a5 5365714e6f 2a', true],
    ['an ack with news, as a node sends that is alone', 'f4 03 6f6c64 07 02 0012 0003 02 82 a7 5061796c6f6164 a0 a5 5365714e6f 2a 04 01 02', true],
    ['an ack with much news, compressed', '09 82 a4 416c676f 00 a3 427566', true],
    ['news alone', '07 01 0003 04 01 02', false],
    ['another ping', '00 82 a5 5365714e6f cd 0001', false],
    ['an answer of DNS', '02 00 81 80', false],
    ['nothing', '', false],
  ])('takes %s for what it is', (_, packet, answer) => {
    expect(isAck(bytes(packet))).toBe(answer);
  });
});
