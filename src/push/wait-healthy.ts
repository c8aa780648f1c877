import { readServiceState, stateScript } from '../shell/push-service.ts';
import type { HttpAnswer } from '../world/http.ts';
import type { World } from '../world.ts';
import { follow } from './follow-migration.ts';
import type { Following } from './follow-migration.ts';
import type { PushNode } from './push-node.ts';

export type Health = { readonly kind: 'healthy' } | { readonly kind: 'interrupted' } | { readonly kind: 'died' | 'late'; readonly found: string };

export interface WaitOptions {
  /** Seconds; a migration that goes on is waited for beyond them. */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** Absent: migrations cannot be seen. */
  readonly following?: Following;
}

const pauseMs = 200;

/** Follows a Grafana that was just started until `/api/health` says its database is ok, it dies, or patience is over and no migration goes on. */
export async function waitHealthy(node: Watched, world: Pick<World, 'clock' | 'http'>, { patience, signal, following }: WaitOptions): Promise<Health> {
  const end = world.clock.monotonic() + patience * 1000;
  const seen: { answer: true | string; asking: boolean } = { answer: 'Grafana is still starting', asking: false };
  const migration = following && follow(following, world.clock);
  for (;;) {
    const state = await serviceState(node);
    const migrating = migration?.look() === true;
    if (state.kind === 'died') return { kind: 'died', found: `Grafana ended by itself (${state.how})` };
    if (state.kind === 'down') return { kind: 'died', found: 'Grafana is not running' };
    // The service is watched while a question hangs: it may hang because another program holds the port.
    if (seen.answer === true && state.kind === 'up') return { kind: 'healthy' };
    if (state.kind === 'up' && !seen.asking) {
      seen.asking = true;
      void askHealth(node, world).then((answer) => Object.assign(seen, { answer, asking: false }));
    }
    if (signal.aborted) return { kind: 'interrupted' };
    if (!migrating && world.clock.monotonic() > end) return { kind: 'late', found: `no healthy answer after ${patience} s: ${seen.answer}` };
    await world.clock.sleep(pauseMs);
  }
}

export type Watched = Pick<PushNode, 'connection' | 'layout' | 'health'>;

/** Whether Grafana answers well now, or what it answers instead. */
export async function askHealth({ connection, health }: Pick<Watched, 'connection' | 'health'>, { http }: Pick<World, 'http'>): Promise<true | string> {
  const { address, tls, path } = health;
  try {
    const answer = await http.request({ dial: () => connection.dial(address), host: address.host, path, tls, timeoutMs: 5000 });
    return isHealthy(answer) || `${path} answers ${answer.status} ${answer.body.replace(/\s+/g, ' ').slice(0, 120)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isHealthy({ status, body }: HttpAnswer): boolean {
  return status === 200 && /"database":\s*"ok"/.test(body);
}

async function serviceState({ connection, layout }: Watched): Promise<ReturnType<typeof readServiceState>> {
  return readServiceState((await connection.run(stateScript(layout), { repeatable: true })).stdout);
}
