import { parseName } from '../cluster/name.ts';
import { defaultClusterName } from '../cluster/root-url.ts';
import type { TextQuestion } from './ask.ts';
import type { InitFlags } from './flags.ts';
import { answered, type State } from './state.ts';
import type { Step } from './walk.ts';

const question: TextQuestion<string> = {
  title: '6 Cluster name', why: 'Labels the gossip, so that clusters do not mix.', flag: '--name NAME', parse: parseName, format: String,
};

/** The cluster's name; by default the first part of the shared host name. */
export function askName(flags: InitFlags): Step<State> {
  return {
    id: 'name',
    needed: () => true,
    take: async (state, ask) => {
      const { rootUrl, name: former, before, label } = state.answers;
      const name = await ask.text(question, { given: flags.name, former, kept: former, fallback: rootUrl && defaultClusterName(rootUrl) });
      if (name === undefined) return undefined;
      // A running cluster keeps its label under a new name: changing it stops every node.
      const runs = before !== undefined || flags.from !== undefined;
      return { state: answered(state, { name, ...(runs && former !== undefined && former !== name ? { label: label ?? former } : {}) }) };
    },
  };
}
