import { ExitCode, UserError } from '../errors.ts';
import type { Asker } from './ask.ts';

/** One setting as each node has it. */
export interface Difference<Value> {
  /** Such as `[server] root_url`. */
  readonly what: string;
  /** The flag that settles it; absent: --like alone does. */
  readonly flag?: string;
  readonly found: readonly { readonly node: string; readonly value: Value }[];
  readonly show: (value: Value) => string;
}

/** The value all nodes have, or the one that the person, or the node named by --like, says is right. Undefined: Escape. */
export async function settleDifference<Value>({ what, flag, found, show }: Difference<Value>, like: string | undefined, ask: Asker): Promise<{ readonly value: Value | undefined } | undefined> {
  const groups = [...new Set(found.map(({ value }) => show(value)))].map((shown) => {
    const same = found.filter(({ value }) => show(value) === shown);
    return { shown, value: same[0]!.value, nodes: same.map(({ node }) => node) };
  });
  if (groups.length < 2) return { value: groups[0]?.value };
  const liked = groups.find(({ nodes }) => like !== undefined && nodes.includes(like));
  if (liked !== undefined) return { value: liked.value };
  if (!ask.canAsk) {
    const who = groups.map(({ shown, nodes }) => `${nodes.join(', ')}: ${shown || '(unset)'}`).join('; ');
    throw new UserError(`The nodes differ in ${what}. ${who}.`, { hint: flag === undefined ? 'Add --like NODE to take what that node has.' : `Add ${flag}, or --like NODE to take what that node has.`, exitCode: ExitCode.WrongUsage });
  }
  const choices = groups.map(({ shown, nodes }, index) => ({ value: String(index), name: `${shown || '(unset)'}   ${nodes.join(', ')}` }));
  const chosen = await ask.select({ title: `  The nodes differ in ${what}. Which is right?`, why: 'The others change at the next push, not now.', flag: flag ?? '--like NODE' }, choices, { fallback: '0' });
  return chosen === undefined ? undefined : { value: groups[Number(chosen)]!.value };
}
