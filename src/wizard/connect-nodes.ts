import type { Cluster } from '../cluster/cluster.ts';
import { formatTarget } from '../cluster/target.ts';
import type { ConnectFailure, NodeConnection, World } from '../world.ts';
import type { Asker, Finding } from './ask.ts';
import type { InitFlags } from './flags.ts';
import type { Layouts } from './parse-layouts.ts';
import type { TypedNode } from './parse-nodes.ts';

/** Connections by target, as `formatTarget` spells it. */
export type OpenConnections = Map<string, NodeConnection>;

/** Logs in to the nodes that are not connected yet, all at once; false when one cannot be used, which is then said. */
export async function connectNodes(typed: readonly TypedNode[], open: OpenConnections, layouts: Layouts, world: World, flags: InitFlags, ssh: Cluster['ssh'], ask: Asker): Promise<boolean> {
  const failures = await connect(flags.askSudoPassword === true);
  const passwordWanted = failures.length > 0 && failures.every(({ kind }) => kind === 'sudo-wants-password');
  const rest = passwordWanted && world.prompt.available && (await wantsSudoPassword(ask)) ? await connect(true) : failures;
  if (rest.length > 0) ask.refuse(...alike(rest));
  return rest.length === 0;

  async function connect(askSudoPassword: boolean): Promise<readonly (ConnectFailure & { readonly name: string })[]> {
    const targets = typed.filter(({ target }) => !open.has(formatTarget(target))).map(({ name = '', target }) => ({ name: formatTarget(target), target, become: layouts.get(name)?.become ?? 'auto' }));
    if (targets.length === 0) return [];
    const line = world.screen.progress(`  logging in to ${targets.map(({ name }) => name).join(', ')}`);
    const outcomes = await world
      .connect(targets, { ...ssh, hostKeys: flags.hostKey ?? [], askSudoPassword })
      .finally(() => line.done());
    return outcomes.flatMap((outcome) => {
      if ('failure' in outcome) return [{ name: outcome.name, ...outcome.failure }];
      open.set(outcome.name, outcome.connection);
      return [];
    });
  }
}

/** What is the same for several nodes is said once. */
function alike(failures: readonly (ConnectFailure & { readonly name: string })[]): readonly Finding[] {
  const first = failures.filter(({ found, hint }, index) => failures.findIndex((other) => other.found === found && other.hint === hint) === index);
  return first.map(({ found, hint }) => ({ found: `${failures.filter((other) => other.found === found && other.hint === hint).map(({ name }) => name).join(', ')}: ${found}`, hint }));
}

async function wantsSudoPassword(ask: Asker): Promise<boolean> {
  const answer = await ask.confirm({ title: '  sudo wants a password there. Type it now?', why: 'Asked once, sent to sudo only, kept nowhere.', flag: '--ask-sudo-password' }, { fallback: true });
  return answer ?? false;
}
