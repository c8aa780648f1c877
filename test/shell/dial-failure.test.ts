import { describe, expect, it } from 'vitest';
import { dialFailure, ownWords, splitRefusals } from '../../src/shell/dial-failure.ts';

describe('dialFailure', () => {
  it.each([
    ['connect failed: Connection refused', 'ECONNREFUSED', 'Connection refused'],
    ['connect failed: Connection timed out', 'ETIMEDOUT', 'Connection timed out'],
    ['connect failed: No route to host', 'EHOSTUNREACH', 'No route to host'],
    ['connect failed: Network is unreachable', 'ENETUNREACH', 'Network is unreachable'],
    ['connect failed: Name or service not known', 'ENOTFOUND', 'Name or service not known'],
    ['connect failed: Temporary failure in name resolution', 'ENOTFOUND', 'Temporary failure'],
    ['connect failed: No address associated with hostname', 'ENOTFOUND', 'No address'],
    ['Control socket connect(/tmp/x): No such file or directory', 'ESSH', 'Control socket'],
  ])('gives %j the code %s', (words, code, message) => {
    expect(dialFailure(words)).toEqual({ code, message: expect.stringContaining(message) });
  });
});

describe('ownWords', () => {
  it.each([
    ['client_loop: send disconnect: Broken pipe\r\n', 'client_loop: send disconnect: Broken pipe'],
    ['secret of a script\nTimeout, server 10.0.0.11 not responding.\r\n', 'Timeout, server 10.0.0.11 not responding.'],
    ['only a script\n', undefined],
  ])('of %j are %j', (text, words) => {
    expect(ownWords(text)).toBe(words);
  });
});

describe('splitRefusals', () => {
  it('takes ssh\'s own remarks out and leaves every other byte', () => {
    const other = Buffer.from([0xff, 0x0a, 0xc3, 0xbc]);
    const text = Buffer.concat([other, Buffer.from('channel 3: open failed: connect failed: Connection refused\r\n'), other]);
    expect(splitRefusals(text)).toEqual({ refusals: ['connect failed: Connection refused'], rest: Buffer.concat([other, other]) });
  });

  it('leaves the same words alone when a script writes them', () => {
    const text = Buffer.from('channel 3: open failed: connect failed: x\n');
    expect(splitRefusals(text)).toEqual({ refusals: [], rest: text });
  });
});
