import type { World } from '../world.ts';
import { makeAsker, type Asker } from './ask.ts';

/** One stop of the wizard. */
export interface Step<State> {
  readonly id: string;
  readonly needed: (state: State) => boolean;
  /** Gives the next state, or undefined for one question back. */
  readonly take: (state: State, ask: Asker) => Promise<Taken<State> | undefined>;
}

export interface Taken<State> {
  readonly state: State;
  /** Steps whose answer no longer stands; they are taken again, asking whatever the flags say. */
  readonly again?: readonly string[];
  /** Steps that the nodes have answered: what is known is shown instead of asked. */
  readonly known?: readonly string[];
}

/** Takes the steps in order until all stand; Escape returns to the last one that asked something, answers kept. */
export async function walk<State>(steps: readonly Step<State>[], start: State, world: Pick<World, 'screen' | 'prompt'>, yes: boolean): Promise<State> {
  const settled = new Set<string>();
  const taken = new Set<string>();
  const known = new Set<string>();
  let asked: readonly string[] = [];
  let state = start;
  for (;;) {
    const step = steps.find(({ id, needed }) => !settled.has(id) && needed(state));
    if (step === undefined) return state;
    const ask = makeAsker(world, { yes, again: taken.has(step.id), known: known.has(step.id) });
    const next = await step.take(state, ask);
    if (next === undefined) {
      const back = asked.at(-1);
      if (back === undefined) world.screen.note(world.screen.paint('dim', '  This is the first question; Ctrl+C leaves.'));
      else settled.delete(back);
      asked = asked.slice(0, -1);
      continue;
    }
    state = next.state;
    taken.add(step.id);
    settled.add(step.id);
    asked = [...asked.filter((id) => id !== step.id), ...(ask.hasAsked() ? [step.id] : [])];
    for (const id of next.again ?? []) settled.delete(id);
    for (const id of next.known ?? []) known.add(id);
  }
}
