import type { Result } from '../checks/run-checks.ts';
import type { Paint } from '../world.ts';

const ways = [['peers.tcp', 'TCP'], ['peers.udp', 'UDP'], ['peers.http', 'HTTP']] as const;
const looks = { failed: ['red', '✖'], warned: ['yellow', '!'], skipped: ['dim', '-'], passed: ['green', '✔'] } as const;
/** More do not fit a screen; then those in trouble are shown. */
const most = 10;

/** Every way from node to node in one picture, the blocked ones named below; empty while all of them are open. */
export function peerMatrix(results: readonly Result[], names: readonly string[], paint: Paint): string {
  const ours = results.filter(({ check }) => ways.some(([id]) => id === check));
  const troubled = ours.filter(({ judgement: { outcome } }) => outcome === 'failed' || outcome === 'warned');
  if (troubled.length === 0) return '';
  const inTrouble = new Set(troubled.flatMap(({ node, peer }) => [node, peer]));
  const nodes = names.length <= most ? names : names.filter((name) => inTrouble.has(name)).slice(0, most);
  const title = 'from ↓  to →';
  const first = Math.max(title.length, ...nodes.map((name) => name.length)) + 2;
  const widths = nodes.map((name) => Math.max(name.length, 5) + 2);
  const cell = (from: string, to: string): string => ways.map(([id]) => mark(ours.find((result) => result.check === id && isWay(result, from, to)), paint)).join(' ');
  const rows = nodes.map((from) => from.padEnd(first) + nodes.map((to, index) => (from === to ? '  ·  ' : cell(from, to)) + ' '.repeat(widths[index]! - 5)).join(''));
  const blocked = ways.flatMap(([id, word]) => {
    const labels = troubled.filter(({ check, judgement }) => check === id && judgement.outcome === 'failed').map(({ label }) => label);
    return labels.length === 0 ? [] : [`${word} ${labels.join(', ')}`];
  });
  const head = title.padEnd(first) + nodes.map((name, index) => name.padEnd(widths[index]!)).join('');
  return [
    `${head}${ways.map(([, word]) => word).join(' ')}`, ...rows.map((row) => row.trimEnd()),
    ...(nodes.length < names.length ? [`the ${nodes.length} of ${names.length} nodes with something in the way`] : []),
    ...(blocked.length === 0 ? [] : [paint('red', `blocked  ${blocked.join(' · ')}`)]),
  ].join('\n');
}

/** A result about a pair counts for both ways, unless its label names one. */
function isWay({ node, peer, label }: Result, from: string, to: string): boolean {
  return (node === to && peer === from) || (node === from && peer === to && label.includes('↔'));
}

function mark(result: Result | undefined, paint: Paint): string {
  if (result === undefined) return ' ';
  const [colour, text] = looks[result.ignored === undefined ? result.judgement.outcome : 'passed'];
  return paint(colour, text);
}
