/** A push that left backups, as far as it is shown. */
export interface ReportedPush {
  readonly id: string;
  readonly command: string;
  readonly kind: string;
  readonly who: string;
  readonly from: string;
  /** UTC. */
  readonly since: string;
  /** Nodes that have its backup. */
  readonly held: readonly string[];
  /** Nodes that had one and do not any more. */
  readonly lacking: readonly string[];
  readonly result?: Readonly<Record<string, string>>;
}

/** Lays out the pushes that can be taken back, one a line, the latest first. */
export function reportPushes(pushes: readonly ReportedPush[]): string {
  if (pushes.length === 0) return 'No push left a backup on these nodes.';
  const rows = pushes.map(({ id, command, kind, who, from, since, held, lacking, result }) => [
    id, `${command} (${kind})`, `${who} from ${from}`, since.slice(0, 16).replace('T', ' '),
    `${held.join(' ')}${lacking.length === 0 ? '' : `, gone from ${lacking.join(' ')}`}`, describeResult(result),
  ]);
  const head = ['ID', 'what', 'who', 'when (UTC)', 'nodes', 'result'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  return [head, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()).join('\n');
}

function describeResult(result: ReportedPush['result']): string {
  if (result === undefined) return 'did not live to say';
  const taken = Object.entries(result).filter(([, state]) => state !== 'untouched');
  const [first] = taken;
  if (first === undefined) return 'nothing was changed';
  return taken.every(([, state]) => state === first[1]) ? first[1] : taken.map(([name, state]) => `${name} ${state}`).join(', ');
}
