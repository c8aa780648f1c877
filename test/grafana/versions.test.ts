import { describe, expect, it } from 'vitest';
import { compareVersions, holdsFor, parseVersion, versionFacts } from '../../src/grafana/versions.ts';

describe('versions', () => {
  it('sorts by number, pre-releases before their release', () => {
    const sorted = ['unknown', '9.4.0-pre', '9.4.0', '9.10.1', '11.6.3', '12.0.0-9', '12.0.0-10', '12.0.0', '12.2'];
    expect(sorted.toReversed().sort(compareVersions)).toEqual(sorted);
    expect(compareVersions('12.0.1+security-01', 'v12.0.1')).toBe(0);
  });

  it.each([
    ['12.2.0-pre', { major: 12, minor: 2, patch: 0, pre: 'pre' }],
    ['12.0.1+security-01', { major: 12, minor: 0, patch: 1, pre: '' }],
    ['12', undefined],
    ['', undefined],
  ])('parses %j', (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });

  it.each([['10.0.9', false], ['10.1.0-pre', true], ['13.2.0', true], ['unknown', false]])('knows whether ha_label exists in %s', (version, known) => {
    expect(holdsFor(versionFacts.haLabel, version)).toBe(known);
  });
});
