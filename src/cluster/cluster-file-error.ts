import { ExitCode, UserError } from '../errors.ts';
import type { Problem } from './cluster-file-entries.ts';

/** A cluster file that does not parse, as an error (exit 2) with every problem and its line. */
export function clusterFileError(path: string, problems: readonly Problem[]): UserError {
  const lines = problems.map(({ line, problem, hint }) => `${path}${line === undefined ? '' : `:${line}`}: ${problem}.\n  ${hint}`);
  return new UserError(lines.join('\n'), { exitCode: ExitCode.WrongUsage });
}
