import { parseRootUrl, type RootUrl } from '../cluster/root-url.ts';
import type { World } from '../world.ts';
import type { TextQuestion } from './ask.ts';
import type { InitFlags } from './flags.ts';
import { answered, type State } from './state.ts';
import type { Step } from './walk.ts';

const question: TextQuestion<RootUrl> = {
  title: '3 URL people will type', why: 'Links in alerts and logins lead there: the balancer, not a node.', flag: '--root-url URL',
  parse: parseRootUrl, format: ({ url }) => url,
};

/** The shared URL; that it does not resolve yet is said and accepted. */
export function askRootUrl({ screen, local }: World, flags: InitFlags): Step<State> {
  return {
    id: 'root-url',
    needed: () => true,
    take: async (state, ask) => {
      const rootUrl = await ask.text(question, { given: flags.rootUrl, kept: state.answers.rootUrl?.url });
      if (rootUrl === undefined) return undefined;
      const addresses = await local.lookup(rootUrl.domain);
      if (addresses === undefined) screen.note(`  ${screen.paint('yellow', '!')} ${rootUrl.domain} does not resolve yet: fine, the balancer comes last`);
      return { state: answered(state, { rootUrl }), again: ['license'] };
    },
  };
}
