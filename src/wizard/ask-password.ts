import type { Secret, SecretSource } from '../cluster/secret.ts';
import { parseSecretSource } from '../cluster/secret-source.ts';
import { ExitCode, UserError } from '../errors.ts';
import { heldDatabasePasswords, resolveSecret } from '../gather/secrets.ts';
import { encodeForDatabase } from '../grafana/database-value.ts';
import type { World } from '../world.ts';
import type { Asker, Finding, Question } from './ask.ts';
import type { InitFlags } from './flags.ts';
import { localSource } from './local-source.ts';
import { makeDatabase, makeNodes } from './make-cluster.ts';
import { parsedFlag } from '../cluster/parsed-flag.ts';
import { answered, type State } from './state.ts';
import type { Step } from './walk.ts';

const flag = '--db-password SOURCE';
const question: Question = { title: '  Password', why: 'Tried once, from one node; shown nowhere.', flag };

/** The database's password: from the place that the flag names, from nodes that have it, with the URL, or typed. */
export function askPassword(world: World, flags: InitFlags): Step<State> {
  return {
    id: 'password',
    needed: () => true,
    take: async (state, ask) => {
      const given = ask.again || flags.dbPassword === undefined ? undefined : localSource(parsedFlag('--db-password', parseSecretSource(flags.dbPassword)), world.files);
      const kept = ask.again ? undefined : await fetchPassword(given ?? standing(state), state, world, flags, ask);
      if (kept !== undefined) {
        const refusal = refusalOf(kept, state);
        if (refusal !== undefined) ask.refuse(refusal);
        else return { state: answered(state, { password: kept, passwordFrom: 'place', passwordSource: given ?? standing(state) ?? { kind: 'nodes' } }), again: ['reach'] };
      }
      const { password: pasted, passwordFrom } = state.answers;
      if (passwordFrom === 'url' && pasted !== undefined && !ask.again && refusalOf(pasted, state) === undefined) return { state };
      const typed = await typePassword(state, ask);
      return typed && { state: answered(state, { password: typed, passwordFrom: standing(state)?.kind === 'ask' ? 'place' : 'typed', ...(given === undefined ? {} : { passwordSource: given }) }), again: ['reach'] };
    },
  };
}

/** What the cluster file says. */
function standing({ answers: { before, passwordSource } }: State): SecretSource | undefined {
  return before === undefined ? undefined : passwordSource;
}

async function typePassword(state: State, ask: Asker): Promise<Secret | undefined> {
  for (;;) {
    const password = await ask.secret(question);
    const refusal = password && refusalOf(password, state);
    if (refusal === undefined) return password;
    ask.refuse(refusal);
  }
}

/** Undefined: nobody has it yet, and it is to be typed. */
async function fetchPassword(source: SecretSource | undefined, state: State, world: World, { dbPassword, from, like }: InitFlags, ask: Asker): Promise<Secret | undefined> {
  if (source?.kind === 'ask') return undefined;
  const database = makeDatabase(state.answers);
  if (source !== undefined && source.kind !== 'nodes') {
    const resolved = await resolveSecret(source, { what: 'The database password', flag: flag.split(' ')[0]!, held: [] }, world);
    if (resolved.ok) return resolved.secret;
    if (dbPassword !== undefined || !ask.canAsk) throw new UserError(`${resolved.missing}.`, { hint: resolved.hint, exitCode: ExitCode.WrongUsage });
    ask.refuse({ found: `${resolved.missing}.`, hint: 'Type it for now.' });
    return undefined;
  }
  const nodes = [...state.seen.nodes].map(([name, facts]) => ({ name, node: { ok: true as const, facts } }));
  const held = heldDatabasePasswords({ database, nodes: makeNodes(state.answers) }, nodes);
  const [first, ...others] = like === undefined ? held : held.filter(({ node }) => node === like);
  if (first === undefined) return undefined;
  if (others.some(({ secret }) => !secret.equals(first.secret))) {
    const who = held.map(({ node, secret }) => `${node} ${world.local.fingerprint(secret)}`).join(', ');
    if (!ask.canAsk) throw new UserError(`The nodes hold different passwords: ${who}.`, { hint: from === undefined ? 'Add --db-password SOURCE.' : 'Add --db-password SOURCE, or --like NODE to take what that node has.', exitCode: ExitCode.WrongUsage });
    world.screen.note(`  ${world.screen.paint('yellow', '!')} the nodes hold different passwords: ${who}`);
    return undefined;
  }
  world.screen.note(`  ${world.screen.paint('green', '✔')} the password is on ${first.node} already`);
  return first.secret;
}

function refusalOf(password: Secret, { answers, seen }: State): Finding | undefined {
  const { type } = makeDatabase(answers);
  if (password.reveal() === '') return { found: 'The password is empty.', hint: 'Give the database user a password.' };
  for (const { grafana } of seen.nodes.values()) {
    const written = encodeForDatabase('password', password.reveal(), type, grafana?.version ?? '12.0.0');
    if (!written.ok) return { found: written.problem.replace(/^It /, 'The password '), hint: written.hint };
  }
  return undefined;
}
