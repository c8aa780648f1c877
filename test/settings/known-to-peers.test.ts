import { expect, it } from 'vitest';
import { withKnownToPeers } from '../../src/settings/known-to-peers.ts';
import { sampleCluster } from '../sample.ts';

const at = (host: string) => ({ host, port: 9094 });
const { nodes } = sampleCluster();
const [a, b, c] = nodes.map(({ name }) => name) as [string, string, string];
const reached = new Map([[a, at('10.0.0.1')], [c, at('10.0.0.3')]]);

it.each([
  ['one that the others know', ['10.0.0.1:9094,10.0.0.2:9094,10.0.0.3:9094', '10.0.0.1:9094, 10.0.0.2:9094, 10.0.0.3:9094'], at('10.0.0.2')],
  ['one that only one other knows', ['', '10.0.0.2:9094,10.0.0.3:9094'], at('10.0.0.2')],
  ['one that nobody knows', ['10.0.0.1:9094,10.0.0.3:9094'], undefined],
  ['one of two strangers', ['10.0.0.2:9094,10.0.0.9:9094'], undefined],
] as const)('the address of a node that nobody could ask: %s', (_, peers, address) => {
  expect(withKnownToPeers(reached, { nodes: nodes.slice(0, 3) }, peers, 9094).get(b)).toEqual(address);
});
