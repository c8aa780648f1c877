import { checksBeforePush, groupsBeforePush } from '../checks/before-push.ts';
import { hasFailure, runChecks, type Result } from '../checks/run-checks.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { accepted, refused, type Parsed } from '../cluster/parsed.ts';
import { redact } from '../cluster/redact.ts';
import { Secret } from '../cluster/secret.ts';
import { formatTarget } from '../cluster/target.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { Facts } from '../facts.ts';
import type { ConnectedNodes } from '../gather/connect.ts';
import { gatherFacts } from '../gather/gather.ts';
import { knownSecrets } from '../gather/known-secrets.ts';
import type { PreparedPush } from '../push/prepare-push.ts';
import { reportPlan, reportPlanShort } from '../report/report-plan.ts';
import { countResults, reportResults } from '../report/results-screen.ts';
import type { Question, TextQuestion } from '../wizard/ask.ts';
import type { InitFlags } from '../wizard/flags.ts';
import { keptAdminPassword, makeCluster, sshOptions } from '../wizard/make-cluster.ts';
import { answered, type State } from '../wizard/state.ts';
import type { Step } from '../wizard/walk.ts';
import { withFetched } from '../wizard/with-fetched.ts';
import type { World } from '../world.ts';
import { planPush } from './push.ts';

/** What the answers come to. */
export interface Judged {
  readonly cluster: Cluster;
  readonly facts: Facts;
  /** A file of the nodes that the cluster file names here. */
  readonly fetched?: State['seen']['fetched'];
  /** Of the first admin, made here. */
  readonly generated?: Secret;
  /** Absent: a check failed, or it cannot be pushed as it is. */
  readonly prepared?: PreparedPush;
}

const summary: TextQuestion<'go' | 'details' | 'edit'> = {
  title: '[Enter] write the cluster file', why: '[d] details  [e] edit an answer', flag: '--yes',
  parse: (text): Parsed<'go' | 'details' | 'edit'> => {
    const answer = ({ '': 'go', d: 'details', e: 'edit' } as const)[text.trim().toLowerCase()];
    return answer === undefined ? refused(`"${text}" is none of them`, 'Press Enter, or type d or e') : accepted(answer);
  },
  format: (answer) => (answer === 'go' ? '' : answer.slice(0, 1)),
};
const which: Question = { title: 'Which answer?', why: 'What depends on it is looked at again.', flag: '--yes' };
const editable = [
  { value: 'nodes', name: 'nodes' }, { value: 'database', name: 'database' }, { value: 'password', name: 'database password' }, { value: 'place', name: 'where the password lives' },
  { value: 'root-url', name: 'shared URL' }, { value: 'admin', name: 'first admin' }, { value: 'license', name: 'license' }, { value: 'gossip', name: 'gossip' }, { value: 'name', name: 'cluster name' },
] as const;

/** Gathers once with all answers, judges, plans, shows, and lets the person go on or edit an answer. */
export function askSummary(world: World, flags: InitFlags, keep: (judged: Judged) => void): Step<State> {
  return {
    id: 'summary',
    needed: () => true,
    take: async (state, ask) => {
      const judged = await judge(state, flags, world, ask.canAsk ? 'short' : 'whole');
      keep(judged);
      if (!ask.canAsk) return { state };
      for (;;) {
        const next = await ask.text(summary, {});
        if (next === undefined) return undefined;
        if (next === 'go') return { state };
        if (next === 'details') {
          world.screen.note(judged.prepared === undefined ? '  There is no plan yet: what failed has to be mended first.' : `\n${reportPlan(judged.prepared.plan, world.screen.paint)}\n`);
          continue;
        }
        const id = await ask.select(which, editable, { fallback: 'name' });
        // A place that was not asked for is asked for now.
        if (id !== undefined) return { state: id === 'place' ? answered(state, { passwordFrom: 'typed' }) : state, again: [id, 'summary'] };
      }
    },
  };
}

async function judge(state: State, flags: InitFlags, world: World, plan: 'short' | 'whole'): Promise<Judged> {
  const { screen, clock } = world;
  const cluster = makeCluster(state.answers, sshOptions(state.answers, flags, world.files));
  const connected = connectedNodes(state);
  const started = clock.monotonic();
  const progress = screen.progress('  checking everything once more, together');
  const gathering = await gatherFacts(cluster, connected, withFetched(world, state), { ...(state.answers.password === undefined ? {} : { typed: state.answers.password }), listeners: true, groups: groupsBeforePush }).finally(() => progress.done());
  const { facts } = gathering;
  const results = runChecks(checksBeforePush, facts, cluster, { today: clock.now().toISOString().slice(0, 10), fingerprint: world.local.fingerprint, ignore: state.answers.leaveSqlite ? ['node.sqlite'] : [] });

  const admin = await generatedPassword(state, cluster, world);
  const found = { cluster, facts, ...(cluster.database.caCert === state.seen.fetched?.path ? { fetched: state.seen.fetched } : {}), ...(admin === undefined ? {} : { generated: admin }) };
  if (hasFailure(results)) {
    const seconds = Math.round((clock.monotonic() - started) / 1000);
    const report = reportResults({ heading: 'This has to be mended before a push:', nodes: cluster.nodes.map(({ name }) => name), results, seconds, exitCode: ExitCode.NotAsItShouldBe, paint: screen.paint, again: 'grafana-ha validate' });
    screen.note(`\n${redact(report, [...knownSecrets(facts), ...(state.answers.password === undefined ? [] : [state.answers.password])])}\n`);
    return found;
  }
  screen.note([`\nChecks  ${countResults(results)}`, ...describeWarnings(results).map((line) => `  ${screen.paint('yellow', '!')} ${line}`), ''].join('\n'));
  try {
    const prepared = await planPush({ cluster, connected, gathering, ...(admin === undefined ? {} : { adminPassword: admin }) }, world);
    screen.note(`${plan === 'whole' ? reportPlan(prepared.plan, screen.paint) : reportPlanShort(prepared.plan)}\n`);
    return { ...found, prepared };
  } catch (error) {
    // The answers are kept: the file is written all the same.
    if (!(error instanceof UserError) || error.exitCode === ExitCode.Cancelled) throw error;
    screen.note(`${screen.paint('red', '✖')} ${error.message}\n  ${error.hint ?? ''}\n`);
    return found;
  }
}

/** One line a check, with the nodes it speaks of. */
function describeWarnings(results: readonly Result[]): readonly string[] {
  const warned = results.flatMap(({ check, label, judgement, ignored }) => (judgement.outcome === 'warned' && ignored === undefined ? [{ check, label, found: judgement.found }] : []));
  const first = warned.filter(({ check, found }, index) => warned.findIndex((other) => other.check === check && other.found === found) === index);
  return first.map(({ check, found }) => {
    const labels = warned.filter((other) => other.check === check && other.found === found).map(({ label }) => label).filter(Boolean);
    return `${check}${labels.length === 0 ? '' : `  ${labels.join(', ')}`}: ${found}`;
  });
}

/** A password kept from an earlier init of this cluster is used again: an interrupted push may have set it. */
async function generatedPassword({ answers: { admin } }: State, { name }: Cluster, { files }: Pick<World, 'files'>): Promise<Secret | undefined> {
  if (admin?.kind !== 'generated') return undefined;
  const kept = (await files.readText(files.resolve(keptAdminPassword(name))))?.trim();
  return kept ? new Secret(kept) : admin.password;
}

/** The wizard's connections under the names that the nodes have now; they stay open for the push. */
function connectedNodes({ answers, seen }: State): ConnectedNodes {
  const connections = new Map(answers.nodes.map(({ name, target }) => [name, { ...seen.connections.get(formatTarget(target))!, name }]));
  return {
    outcomes: answers.nodes.map(({ name }) => ({ name, connection: connections.get(name)! })),
    connection: (name) => connections.get(name),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
