import { describe, expect, it } from 'vitest';
import { isFileTheirs, pushedSetting } from '../../src/plan/pushed.ts';
import type { LeftFiles, Pushed } from '../../src/plan/pushed.ts';
import { sampleConfig } from '../sample.ts';

const path = '/etc/grafana/grafana.ini';
const left = (config: string, change: Partial<LeftFiles> = {}): LeftFiles => ({ configPath: path, config, files: { '/s/password': 'h1' }, ...change });
const pushed = (config: string, change: Partial<LeftFiles> = {}): Pushed => ({ last: left(config, change) });
const url = (value: string): string => `[server]\nroot_url = ${value}\n`;
const killed: Pushed = { last: left(url('old')), interrupted: left(url('new'), { files: { '/s/password': 'h3' } }) };

describe('what somebody changed since our last push', () => {
  it.each<[string, Pushed | undefined, string | undefined, string | undefined]>([
    ['nothing, without a push', undefined, url('theirs'), undefined],
    ['nothing, where it is as pushed', pushed(url('ours')), url('ours'), undefined],
    ['nothing, where it is only written in another way', pushed(url('ours')), '[server]\nroot_url="ours" ; why\n', undefined],
    ['a value', pushed(url('ours')), url('theirs'), 'ours'],
    ['a line that is gone', pushed(url('ours')), '', 'ours'],
    ['a line that is new', pushed(''), url('theirs'), ''],
    ['a config that is gone', pushed(url('ours')), undefined, 'ours'],
    ['nothing, where a killed push had just written it', killed, url('new'), undefined],
    ['nothing, where a killed push had not come to it', killed, url('old'), undefined],
    ['a value that is neither of the two', killed, url('theirs'), 'old'],
    ['nothing that can be told, where Grafana reads another file now', pushed(url('ours'), { configPath: '/elsewhere.ini' }), url('theirs'), undefined],
  ])('%s', (_, known, now, expected) => {
    expect(pushedSetting(known, { configPath: path, ...(now === undefined ? {} : { config: sampleConfig(now) }) }, 'server', 'root_url')).toBe(expected);
  });

  it('a file that holds what no push wrote', () => {
    expect(isFileTheirs(pushed(''), '/s/password', 'h1')).toBe(false);
    expect(isFileTheirs(pushed(''), '/s/password', 'h2')).toBe(true);
    expect(isFileTheirs(pushed(''), '/s/other', 'h2')).toBe(false);
    expect(['h1', 'h2', 'h3'].map((hash) => isFileTheirs(killed, '/s/password', hash))).toEqual([false, true, false]);
    expect(isFileTheirs(undefined, '/s/password', 'h2')).toBe(false);
  });
});
