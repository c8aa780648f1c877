import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/cluster/cluster.ts';
import { firstHop, masterArguments, mayLimit, parseSettings, settingsArguments, streamArguments } from '../../src/shell/ssh-arguments.ts';

const target: Target = { text: 'ops@10.0.0.11:2222', user: 'ops', host: '10.0.0.11', port: 2222 };
const alias: Target = { text: 'graf-a', host: 'graf-a' };
const master = (known: Record<string, string>, limited = true) => masterArguments({ target, known: new Map(Object.entries(known)), limited, socket: '/tmp/x/0' }, 'sh');

describe('settingsArguments', () => {
  it('says what the person said and no more', () => {
    expect(settingsArguments(alias)).toEqual(['-G', '--', 'graf-a']);
    expect(settingsArguments(target, '/etc/lab')).toEqual(['-G', '-F', '/etc/lab', '-l', 'ops', '-p', '2222', '--', '10.0.0.11']);
  });
});

describe('firstHop', () => {
  it.each([
    ['the host itself', 'hostname 10.0.0.11\nport 2222\nproxyjump none\n', '10.0.0.11:2222'],
    ['the first of several jump hosts', 'hostname 10.0.0.11\nport 22\nproxyjump me@a,b\n', 'me@a'],
    ['a proxy command', 'hostname 10.0.0.11\nport 22\nproxycommand nc -x proxy %h %p\n', 'nc -x proxy %h %p'],
  ])('is %s', (_, text, hop) => {
    expect(firstHop(parseSettings(text))).toBe(hop);
  });
});

describe('masterArguments', () => {
  it('ends with host and command, so that no host name is an option', () => {
    expect(master({}).slice(-3)).toEqual(['--', '10.0.0.11', 'sh']);
  });

  it('always has ssh ask for unknown host keys', () => {
    expect(master({})).toContain('StrictHostKeyChecking=ask');
  });

  it('sets only what this ssh knows', () => {
    expect(master({}).join(' ')).not.toMatch(/stdinnull/i);
    expect(master({ stdinnull: 'yes', sessiontype: 'none' })).toEqual(expect.arrayContaining(['stdinnull=no', 'sessiontype=default']));
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['may be limited', { connecttimeout: 'none' }, true],
    ['keeps the person\'s own limit', { connecttimeout: '3' }, false],
    ['has no limit behind a jump host', { proxyjump: 'jump' }, false],
  ])('a connect %s', (_, settings, limited) => {
    expect(mayLimit(new Map(Object.entries(settings)))).toBe(limited);
  });

  it('limits the connect where that is wanted', () => {
    expect([master({}).includes('ConnectTimeout=10'), master({}, false).includes('ConnectTimeout=10')]).toEqual([true, false]);
  });
});

describe('streamArguments', () => {
  it('puts brackets around IPv6 and never logs in anew', () => {
    const words = streamArguments('/tmp/x/0', { host: 'fd00::1', port: 5432 });
    expect(words).toEqual(expect.arrayContaining(['-S', '/tmp/x/0', '-W', '[fd00::1]:5432', 'ProxyCommand=false']));
  });
});
