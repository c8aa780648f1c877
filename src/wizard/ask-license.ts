import { accepted, type Parsed } from '../cluster/parsed.ts';
import { ExitCode, UserError } from '../errors.ts';
import { readLicense } from '../grafana/license.ts';
import type { World } from '../world.ts';
import type { Finding, TextQuestion } from './ask.ts';
import type { InitFlags } from './flags.ts';
import { readNamedFile } from './read-named-file.ts';
import { answered, type State } from './state.ts';
import type { Step } from './walk.ts';

const question: TextQuestion<string> = {
  title: '  Enterprise license', why: 'Path of the token (license.jwt) on this machine; Enter alone: none.', flag: '--license PATH',
  parse: (text): Parsed<string> => accepted(text.trim()), format: (path) => path || 'none',
};

/** The license token, when a node runs Enterprise; it must be readable, for this URL, and not expired. */
export function askLicense({ files, clock, screen }: World, flags: InitFlags): Step<State> {
  return {
    id: 'license',
    needed: ({ seen }) => flags.license !== undefined || [...seen.nodes.values()].some(({ grafana }) => grafana?.edition === 'enterprise'),
    take: async (state, ask) => {
      let former = state.answers.license;
      let given = flags.license;
      let kept = former;
      for (;;) {
        const typed = await ask.text(question, { given, former, kept, ...(given === undefined ? { fallback: '' } : {}) });
        if (typed === undefined) return undefined;
        if (typed === '') return { state: without(state) };
        const path = files.resolve(typed);
        const file = await readNamedFile(path, files, 'Type the path of the license token.');
        const trouble = file.ok ? judge(file.text) : file;
        if (trouble === undefined) return { state: answered(state, { license: path }) };
        if (given !== undefined && !ask.again && !file.ok) throw new UserError(`--license: ${trouble.found}`, { hint: '--license PATH', exitCode: ExitCode.WrongUsage });
        ask.refuse(trouble);
        // The checks say it once more: what the cluster file names is not dropped without a word.
        if (typed === kept && !ask.canAsk) return { state };
        [given, kept, former] = [undefined, undefined, typed];
      }

      function judge(token: string): Finding | undefined {
        const { findings, license } = readLicense(token, state.answers.rootUrl!.url, clock.now());
        const wrong = findings.find(({ weight }) => weight === 'error');
        if (wrong !== undefined) return { found: `The license does not fit: ${wrong.found}, expected ${wrong.expected}.`, hint: 'Get the token for this URL from grafana.com, My Account, Licenses.' };
        for (const { found } of findings) screen.note(`  ${screen.paint('yellow', '!')} ${found}`);
        screen.note(`  ${screen.paint('green', '✔')} license for ${license?.subject}, token until ${license?.tokenExpires?.toISOString().slice(0, 10) ?? 'no date'}`);
        return undefined;
      }
    },
  };
}

function without({ answers: { license: _, ...answers }, seen }: State): State {
  return { answers, seen };
}
