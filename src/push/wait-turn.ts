import { lifeScript, readLife } from '../shell/push-service.ts';
import type { World } from '../world.ts';
import type { ClusterNode } from './cluster-node.ts';
import { runningOf } from './who-runs.ts';

/** A node that was killed lacks what was notified until the next full exchange, every 60 s (ha_push_pull_interval; seen on 9.4: one message twice). */
export const refillSeconds = 60;

/** One that starts over and over is not waited for longer. */
const longestStart = 30;

export interface TurnOptions {
  /** Whether the nodes tell each other what was notified. */
  readonly gossips: boolean;
  readonly signal: AbortSignal;
  readonly tell: (doing: string) => void;
}

/** Waits until no other node is being started by somebody else, and none was killed a moment ago: two Grafanas never start at once, and two poor notification logs never meet. */
export async function waitTurn(others: readonly ClusterNode[], { gossips, signal, tell }: TurnOptions, world: Pick<World, 'clock' | 'http'>): Promise<void> {
  const { clock } = world;
  const began = clock.monotonic();
  for (let said = ''; !signal.aborted; await clock.sleep(500)) {
    const waited = (clock.monotonic() - began) / 1000;
    const reasons = (await Promise.all(others.map((other) => reasonToWait(other, waited, gossips, world)))).filter((reason) => reason !== undefined);
    const [reason] = reasons;
    if (reason === undefined) return;
    if (reason !== said) tell(reason);
    said = reason;
  }
}

async function reasonToWait(node: ClusterNode, waited: number, gossips: boolean, world: Pick<World, 'http'>): Promise<string | undefined> {
  const { name, connection, layout } = node;
  const life = readLife(await connection.run(lifeScript(layout), { repeatable: true }).then(({ stdout }) => stdout, () => ''));
  // A unit of Type=simple, as Grafana's is, is active while Grafana still migrates.
  const isYoung = life?.activeFor !== undefined && life.activeFor < longestStart;
  const starting = life?.starting === true || (isYoung && (await runningOf([node], world)).length === 0);
  if (starting && waited < longestStart) return `waits until ${name} has started`;
  const crashed = gossips && life?.restartedAgo !== undefined && life.restartedAgo < refillSeconds && waited < refillSeconds;
  return crashed ? `waits: ${name} was restarted after a crash, and learns again what was notified` : undefined;
}
