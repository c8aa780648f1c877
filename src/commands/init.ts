import type { Cluster } from '../cluster/cluster.ts';
import { renderClusterFile } from '../cluster/cluster-file-render.ts';
import { updateClusterFile } from '../cluster/cluster-file-update.ts';
import { ExitCode } from '../errors.ts';
import { hasTheirs, isEmpty } from '../plan/plan.ts';
import type { InitFlags } from '../wizard/flags.ts';
import { keptAdminPassword } from '../wizard/make-cluster.ts';
import { nothingYet } from '../wizard/state.ts';
import { refuseWrongFlags } from '../wizard/refuse-wrong-flags.ts';
import { makeSteps } from '../wizard/steps.ts';
import { walk } from '../wizard/walk.ts';
import type { NodeConnection, World } from '../world.ts';
import { askSummary, type Judged } from './init-summary.ts';
import { applyPlan } from './push.ts';
import { writeRendered } from './render.ts';

export type InitOptions = InitFlags;

/** Asks, checks each answer, writes the cluster file and each node's custom.ini, and pushes after a yes. */
export async function init(world: World, options: InitOptions): Promise<ExitCode> {
  const opened: NodeConnection[] = [];
  const connect: World['connect'] = async (targets, how) => {
    const outcomes = await world.connect(targets, how);
    opened.push(...outcomes.flatMap((outcome) => ('connection' in outcome ? [outcome.connection] : [])));
    return outcomes;
  };
  try {
    return await initWith({ ...world, connect }, options);
  } finally {
    await Promise.all(opened.map((connection) => connection.close()));
  }
}

async function initWith(world: World, options: InitOptions): Promise<ExitCode> {
  refuseWrongFlags(options);
  const { screen, prompt } = world;
  const promise = options.from === undefined ? 'No node changes before you say yes.' : 'Reads the nodes and changes nothing on them.';
  screen.note(`Writes ${options.file}. ${promise}${prompt.available ? '   Esc: back' : ''}`);

  const judged: { last?: Judged } = {};
  const steps = [...makeSteps(world, options), askSummary(world, options, (found) => (judged.last = found))];
  await walk(steps, nothingYet, world, options.yes === true);
  const found = judged.last!;
  await write(found, options, world);

  const { prepared, cluster } = found;
  if (prepared === undefined) {
    screen.note(`\nMend what failed, then:\n  grafana-ha validate${fileFlag(options)}`);
    return ExitCode.NotAsItShouldBe;
  }
  if (isEmpty(prepared.plan)) return ExitCode.Done;
  // What hands changed is shown by push, and taken back or over there.
  if (options.from !== undefined || cluster.push === 'never' || hasTheirs(prepared.plan)) {
    screen.note(`\nNothing was changed on the nodes.\nNext     ${cluster.push === 'never' ? 'let the tool that writes these nodes take what lies in' : 'grafana-ha push'}${cluster.push === 'never' ? ` ${options.output}` : fileFlag(options)}`);
    return ExitCode.Done;
  }
  if (!(await isPushWanted(options, world))) {
    screen.note(`\nNothing was pushed.\nNext     grafana-ha push${fileFlag(options)}`);
    return ExitCode.Done;
  }
  const ended = await applyPlan(prepared, { breakLock: false }, world);
  if (ended === ExitCode.Done) screen.print(`\n${farewell(cluster, options, found)}`);
  return ended;
}

/** What the person is asked to keep goes first: a cluster file must not name a password that is nowhere. */
async function write({ cluster, facts, generated, prepared, fetched }: Judged, options: InitOptions, world: World): Promise<void> {
  const { files, screen } = world;
  if (generated !== undefined) await files.write(files.resolve(keptAdminPassword(cluster.name)), `${generated.reveal()}\n`, { mode: 0o600, folderMode: 0o700 });
  if (fetched !== undefined) await files.write(fetched.path, fetched.text);
  const path = files.resolve(options.file);
  const folder = path.replace(/\/[^/]*$/, '') || '/';
  const before = await files.readText(path);
  const text = before === undefined ? renderClusterFile(cluster, folder) : updateClusterFile(before, cluster, folder);
  if (text !== before) await files.write(path, text);
  screen.note(`  ${screen.paint('green', '✔')} ${text === before ? `${options.file} says so already` : `wrote ${options.file}`}`);
  if (prepared === undefined) return;
  const rendered = await writeRendered({ cluster, facts, output: options.output }, world);
  screen.note(`  ${screen.paint('green', '✔')} wrote ${rendered.join(', ')}`);
}

async function isPushWanted({ push, yes }: InitOptions, { prompt }: World): Promise<boolean> {
  if (push) return true;
  if (yes || !prompt.available) return false;
  return (await prompt.confirm({ message: 'Push now?', default: false })) ?? false;
}

function farewell(cluster: Cluster, options: InitOptions, { generated }: Judged): string {
  return [
    `Again    grafana-ha push${fileFlag(options)}   (says there is nothing to do)`,
    `Look     grafana-ha validate${fileFlag(options)}`,
    `Undo     grafana-ha rollback${fileFlag(options)}`,
    ...(generated === undefined ? [] : [`Login    ${cluster.security.adminUser} / kept in ${keptAdminPassword(cluster.name)}`]),
    `Commit   ${options.file} (holds no secret)`,
  ].join('\n');
}

function fileFlag({ file }: InitOptions): string {
  return file === 'grafana-ha.ini' ? '' : ` --file ${file}`;
}
