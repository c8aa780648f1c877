import { UserError } from '../errors.ts';
import type { NodeFacts, SqliteFacts } from '../facts.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { databaseOf } from '../settings/database-of.ts';
import type { World } from '../world.ts';
import type { Question } from './ask.ts';
import type { InitFlags } from './flags.ts';
import { describeSqlite, movingWords } from './sqlite-words.ts';
import { answered, type State } from './state.ts';
import type { Step } from './walk.ts';

const question: Question = {
  title: '  Go on and leave this behind?',
  why: 'The shared database starts without it; nothing is deleted.',
  flag: '--leave-sqlite',
};

/** Names what the nodes' SQLite files hold that a shared database would not; the default answer is no. */
export function askSqlite(world: World, flags: InitFlags): Step<State> {
  return {
    id: 'sqlite',
    needed: () => true,
    take: async (state, ask) => {
      const left = [...state.seen.nodes].flatMap(([name, facts]) => {
        const { sqlite } = facts;
        return sqlite !== undefined && isInUse(facts) && holdsSomething(sqlite) ? [{ name, sqlite }] : [];
      });
      if (left.length === 0) {
        world.screen.note(`  ${describeEmpty([...state.seen.nodes.values()])}`);
        return { state };
      }
      for (const { name, sqlite } of left) world.screen.note(`  ${world.screen.paint('yellow', '!')} ${name}  ${sqlite.path} holds ${describeSqlite(sqlite)}`);
      if (flags.from !== undefined) world.screen.note(movingWords.map((line) => `    ${line}`).join('\n'));
      const leave = await ask.confirm(question, { given: flags.leaveSqlite, fallback: false });
      if (leave === undefined) return undefined;
      if (leave) return { state: answered(state, { leaveSqlite: true }) };
      if (!ask.hasAsked()) throw new UserError(`${left.map(({ name }) => name).join(', ')}: what is in SQLite would stay behind.`, { hint: wayOut });
      world.screen.note(`  ${wayOut}`);
      return { state, again: ['nodes', 'sqlite'] };
    },
  };
}

const wayOut = 'Export it first, or name other nodes; --leave-sqlite goes on without it.';

/** A node that already works on a shared database leaves nothing behind. */
function isInUse(facts: NodeFacts): boolean {
  const effective = effectiveOf(facts);
  return effective.ok && databaseOf(effective.config).kind === 'sqlite';
}

/** Something beside Grafana's own first user, or what could not be counted. */
export function holdsSomething({ counts }: SqliteFacts): boolean {
  return counts === undefined || Object.values(counts).some((count) => count > 0);
}

function describeEmpty(nodes: readonly NodeFacts[]): string {
  return nodes.some(({ sqlite }) => sqlite !== undefined) ? 'SQLite holds nothing but the default user.' : 'No SQLite file is there to leave behind.';
}
