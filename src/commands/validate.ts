import { everyCheck } from '../checks/every-check.ts';
import { hasFailure, isAsked, runChecks } from '../checks/run-checks.ts';
import { formatAddress } from '../cluster/address.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { counted } from '../cluster/counted.ts';
import { redact } from '../cluster/redact.ts';
import { ExitCode } from '../errors.ts';
import { knownSecrets } from '../gather/known-secrets.ts';
import { explainCheck } from '../report/explain-check.ts';
import { resultsJson } from '../report/results-json.ts';
import { reportResults } from '../report/results-screen.ts';
import { usedSettings } from '../report/used-settings.ts';
import type { World } from '../world.ts';
import { chooseChecks } from './choose-checks.ts';
import { loadCluster, reach, type ReachOptions } from './load-cluster.ts';
import { lookAtNodes } from './look-at-nodes.ts';

/** The options as they are typed. */
export interface ValidateOptions extends ReachOptions {
  /** Check ids, separated by commas. */
  readonly only?: string;
  readonly ignore?: string;
  readonly json?: boolean;
  /** Check ids to explain; nothing is looked at. */
  readonly explain?: string;
  /** False: open no port, not even for the moment of a test. */
  readonly listeners?: boolean;
  readonly nodes?: readonly string[];
}

/** Looks at the database, the nodes and the paths between them, and judges what it sees; changes nothing. */
export async function validate(world: World, options: ValidateOptions): Promise<ExitCode> {
  const explained = chooseChecks('--explain', options.explain);
  if (explained !== undefined) {
    const { paint, columns } = world.screen;
    world.screen.print(everyCheck.filter(({ id }) => explained.some((asked) => isAsked(id, asked))).map((one) => explainCheck(one, paint, columns)).join('\n\n'));
    return ExitCode.Done;
  }
  const started = world.clock.monotonic();
  const only = chooseChecks('--only', options.only);
  const ignore = chooseChecks('--ignore', options.ignore);
  const cluster = await loadCluster(world, options);

  const { connected, gathering: { facts } } = await lookAtNodes(world, cluster, { ...reach(options), ...(options.nodes === undefined ? {} : { nodes: options.nodes }) }, {
    ...(only === undefined ? {} : { groups: new Set(everyCheck.filter(({ id }) => only.some((asked) => isAsked(id, asked))).map(({ group }) => group)) }),
    listeners: options.listeners !== false,
    watch: true,
  });
  await using _ = connected;

  const results = runChecks(everyCheck, facts, cluster, {
    ...(only === undefined ? {} : { only }),
    ...(ignore === undefined ? {} : { ignore }),
    fingerprint: world.local.fingerprint,
    today: facts.at.toISOString().slice(0, 10),
  });
  const exitCode = hasFailure(results) ? ExitCode.NotAsItShouldBe : ExitCode.Done;
  const text = options.json === true ? resultsJson(cluster.name, results, usedSettings(cluster, facts, world.local.fingerprint)) : reportResults({
    heading: describeCluster(cluster),
    nodes: facts.nodes.map(({ name }) => name),
    results,
    seconds: Math.round((world.clock.monotonic() - started) / 1000),
    exitCode,
    paint: world.screen.paint,
  });
  world.screen.print(redact(text, knownSecrets(facts)));
  return exitCode;
}

/** Such as `prod · 3 nodes · postgres db:5432/grafana · nothing is changed`. */
function describeCluster({ name, nodes, database }: Cluster): string {
  const count = counted(nodes.length, 'node');
  return [name, count, `${database.type} ${formatAddress(database.address)}/${database.name}`, 'nothing is changed'].join(' · ');
}
