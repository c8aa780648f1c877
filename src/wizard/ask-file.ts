import { ExitCode, UserError } from '../errors.ts';
import type { World } from '../world.ts';
import type { InitFlags } from './flags.ts';
import type { State } from './state.ts';
import type { Step } from './walk.ts';

/** Before anything is asked: a cluster file that is there is replaced only after a yes from the terminal. */
export function askFile({ files }: World, flags: InitFlags): Step<State> {
  const path = files.resolve(flags.file);
  return {
    id: 'file',
    needed: () => true,
    take: async (state, ask) => {
      if ((await files.readText(path)) === undefined) return { state };
      const kept = new UserError(`${flags.file} is there already and was left as it is.`, { hint: 'grafana-ha init --file ANOTHER.ini, or grafana-ha validate to look at this one', exitCode: ExitCode.WrongUsage });
      if (!ask.canAsk) throw kept;
      const replace = await ask.confirm({ title: `${flags.file} is there already. Replace it at the end?`, why: 'Until then it stays as it is.', flag: '--file PATH' }, { given: undefined, fallback: false });
      if (replace === false) throw kept;
      return replace === undefined ? undefined : { state };
    },
  };
}
