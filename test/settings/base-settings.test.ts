import { describe, expect, it } from 'vitest';
import { baseSettings } from '../../src/settings/base-settings.ts';
import { mergeConfig } from '../../src/settings/merge-config.ts';
import { sampleConfig, sampleNodeFacts } from '../sample.ts';

const base = 'app_mode = production\n[server]\nroot_url = https://base/\n[smtp]\nhost = """mail#1"""\nuser =\npassword = """$__file{/etc/smtp; pw}"""\n[users]\nhome = %(theme)s\n';
const managed = [{ section: 'server', key: 'root_url', wanted: { kind: 'text', text: 'https://ours/' } }] as const;
const settings = baseSettings(base, managed);

describe('the ini whose settings every node gets', () => {
  it('gives what is not managed and not empty, and says what Grafana replaces', () => {
    expect(settings.map(({ section, key, wanted }) => [section, key, 'asWritten' in wanted])).toEqual([['DEFAULT', 'app_mode', false], ['smtp', 'host', false], ['smtp', 'password', true], ['users', 'home', true]]);
    expect(baseSettings('[broken', [])).toEqual([]);
  });

  it('is written once and right from then on, whatever the references in it come to', () => {
    const facts = sampleNodeFacts({ config: sampleConfig('; mine\n[smtp]\n; hers\nhost = old ; why\n') });
    const { text, differing } = mergeConfig('graf-a', facts, settings);
    expect(differing.map(({ setting: { key } }) => key)).toEqual(['app_mode', 'host', 'password', 'home']);
    expect(text).toBe('app_mode = production\n; mine\n[smtp]\n; hers\nhost = """mail#1""" ; why\npassword = """$__file{/etc/smtp; pw}"""\n\n[users]\nhome = %(theme)s\n');
    expect(mergeConfig('graf-a', sampleNodeFacts({ config: sampleConfig(text) }), settings).differing).toEqual([]);
  });
});
