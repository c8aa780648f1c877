import { describe, expect, it } from 'vitest';
import { nameNodes } from '../../src/wizard/name-nodes.ts';
import { formatNodes, parseNodes } from '../../src/wizard/parse-nodes.ts';

describe('nodes as a person types them', () => {
  it.each([
    ['ops@10.0.0.11 ops@10.0.0.12', [undefined, undefined]],
    ['a=ops@10.0.0.11, b=ops@10.0.0.12:2222', ['a', 'b']],
    ['graf-1,[2001:db8::1]:22', [undefined, undefined]],
  ])('reads %s', (text, names) => {
    const nodes = parseNodes(text);
    expect(nodes.ok && nodes.value.map(({ name }) => name)).toEqual(names);
  });

  it('writes them so that they read back the same', () => {
    const text = 'a=ops@10.0.0.11 graf-2 [2001:db8::1]:22';
    const nodes = parseNodes(text);
    expect(nodes.ok && formatNodes(nodes.value)).toBe(text);
  });

  it.each([
    ['', /no host/],
    ['ops@10.0.0.11', /two or more/],
    ['ops@h1 ops@h1', /named twice/],
    ['a=h1 a=h2', /two nodes are called a/],
    ['h1:99999 h2', /99999/],
    ['-oProxyCommand=x h2', /option of ssh/],
    ['a b=h1 h2=', /no host/],
  ])('refuses %s', (text, problem) => {
    const nodes = parseNodes(text);
    expect(nodes.ok ? 'accepted' : nodes.problem).toMatch(problem);
  });
});

describe('names of nodes', () => {
  it.each([
    [[{ hostName: 'graf-a.example.com' }, { hostName: 'graf-b' }], ['graf-a', 'graf-b']],
    [[{ hostName: 'debian' }, { hostName: 'debian' }], ['debian-1', 'debian-2']],
    [[{ hostName: 'localhost' }, { hostName: '' }], ['grafana-1', 'grafana-2']],
    [[{ name: 'debian-1', hostName: 'x' }, { hostName: 'debian' }, { hostName: 'debian' }], ['debian-1', 'debian-2', 'debian-3']],
    [[{ name: 'a', hostName: 'b' }, { hostName: 'a' }], ['a', 'a-1']],
    [[{ hostName: 'grafana' }, { hostName: 'other' }], ['grafana', 'other']],
  ])('come from %j', (nodes, names) => {
    expect(nameNodes(nodes)).toEqual(names);
  });
});
