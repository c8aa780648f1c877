import { refused, type Parsed } from '../cluster/parsed.ts';
import type { SecretSource } from '../cluster/secret.ts';
import { formatSecretSource, parseSecretSource } from '../cluster/secret-source.ts';
import type { World } from '../world.ts';
import type { Question, TextQuestion } from './ask.ts';
import type { InitFlags } from './flags.ts';
import { localSource } from './local-source.ts';
import { answered, type State } from './state.ts';
import type { Step } from './walk.ts';

const flag = '--db-password SOURCE';
const question: Question = { title: '  Where shall it live?', why: 'The cluster file names the place, never the password.', flag };
const choices = [
  { value: 'nodes', name: 'on the nodes, root:grafana 0640' },
  { value: 'env', name: 'in an environment variable here' },
  { value: 'file', name: 'in a file here' },
  { value: 'command', name: 'in a password manager: a command prints it' },
] as const;
const examples = { env: 'GRAFANA_DB_PASSWORD', file: 'secrets/database_password', command: 'pass show grafana/db' } as const;

/** Where a password that was typed lives afterwards; a place on this machine is looked up at once. */
export function askPlace(world: World, flags: InitFlags): Step<State> {
  return {
    id: 'place',
    needed: ({ answers }) => answers.passwordFrom !== 'place' && flags.dbPassword !== 'nodes' && flags.dbPassword !== 'ask',
    take: async (state, ask) => {
      const { passwordSource: former } = state.answers;
      for (;;) {
        const kind = await ask.select(question, choices, { fallback: former.kind === 'ask' ? 'nodes' : former.kind });
        if (kind === undefined) return undefined;
        if (kind === 'nodes') return { state: answered(state, { passwordSource: { kind } }) };
        const source = await ask.text(placeOf(kind), { former: former.kind === kind ? formatSecretSource(former).slice(kind.length + 1) : undefined });
        if (source === undefined) continue;
        if (source.kind === 'env' && !world.local.env(source.name)) world.screen.note(`  ${world.screen.paint('yellow', '!')} ${source.name} is not set here yet: a later push needs it`);
        if (source.kind === 'file' && (await world.files.readText(world.files.resolve(source.path))) === undefined) world.screen.note(`  ${world.screen.paint('yellow', '!')} ${source.path} is not there yet: a later push needs it`);
        return { state: answered(state, { passwordSource: localSource(source, world.files) }) };
      }
    },
  };
}

/** The rest of a source after its kind, which may be typed as well. */
function placeOf(kind: keyof typeof examples): TextQuestion<SecretSource> {
  return {
    title: `  ${kind}:`,
    why: `Such as ${examples[kind]}.`,
    flag,
    parse: (text): Parsed<SecretSource> => {
      const parsed = parseSecretSource(text.startsWith(`${kind}:`) ? text : `${kind}:${text}`);
      return parsed.ok && parsed.value.kind !== kind ? refused(`this is no ${kind}:`, `Type one, such as ${examples[kind]}`) : parsed;
    },
    format: (source) => formatSecretSource(source).slice(kind.length + 1),
  };
}
