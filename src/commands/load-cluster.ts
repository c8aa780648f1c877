import type { Cluster } from '../cluster/cluster.ts';
import { parseClusterFile } from '../cluster/cluster-file.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { World } from '../world.ts';

/** Reads the cluster file, `grafana-ha.ini` unless named; UserError (exit 2) with every problem and its line when it is absent or does not parse. */
export async function loadCluster({ files, local }: Pick<World, 'files' | 'local'>, file = 'grafana-ha.ini'): Promise<Cluster> {
  const path = files.resolve(file, local.cwd);
  const text = await files.readText(path);
  if (text === undefined) throw new UserError(`There is no cluster file ${path}.`, { hint: 'grafana-ha init', exitCode: ExitCode.WrongUsage });
  const parsed = parseClusterFile(text, path.replace(/\/[^/]*$/, '') || '/');
  if (parsed.ok) return parsed.value;
  const lines = parsed.problems.map(({ line, problem, hint }) => `${path}${line === undefined ? '' : `:${line}`}: ${problem}. ${hint}.`);
  throw new UserError(lines.join('\n'), { exitCode: ExitCode.WrongUsage });
}
