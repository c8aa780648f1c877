import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/cluster/nearest.ts';

describe('nearest', () => {
  it.each([
    ['passwrod', 'password'],
    ['sslmode', 'ssl_mode'],
    ['Host', 'host'],
    ['hots', 'host'],
    ['frobnicate', undefined],
    ['', undefined],
    ['__proto__', undefined],
  ])('takes %j for %j', (typed, expected) => {
    expect(nearest(typed, ['host', 'password', 'ssl_mode', 'user'])).toBe(expected);
  });

  it.each([
    ['', '', 0], ['abc', '', 3], ['', 'abc', 3], ['abc', 'acb', 1], ['kitten', 'sitting', 3], ['same', 'same', 0],
  ])('counts %j to %j as %i', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });
});
