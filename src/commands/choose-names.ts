import type { Cluster } from '../cluster/cluster.ts';
import { nearest } from '../cluster/nearest.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { World } from '../world.ts';

/** The nodes that `--nodes` means; undefined: all. Names are separated by spaces or commas; the bare flag asks on a terminal. */
export async function chooseNames(cluster: Cluster, option: readonly string[] | true | undefined, { prompt }: Pick<World, 'prompt'>): Promise<readonly string[] | undefined> {
  const known = cluster.nodes.map(({ name }) => name);
  if (option === undefined) return undefined;
  if (option === true) return prompt.available ? ask(known, prompt) : undefined;
  const names = option.flatMap((text) => text.split(/[\s,]+/));
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return known.filter((name) => names.includes(name));
  const found = wrong === '' ? '--nodes holds an empty name.' : `The cluster file names no node "${wrong}".`;
  throw new UserError(found, { hint: `--nodes ${nearest(wrong, known) ?? known.join(',')}`, exitCode: ExitCode.WrongUsage });
}

async function ask(known: readonly string[], prompt: World['prompt']): Promise<readonly string[]> {
  const chosen: string[] = [];
  for (const name of known) {
    if (await prompt.confirm({ message: `Push to ${name}?`, default: true })) chosen.push(name);
  }
  if (chosen.length === 0) throw new UserError('No node was chosen.', { exitCode: ExitCode.Cancelled });
  return chosen;
}
