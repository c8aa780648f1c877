import { everyCheck } from '../checks/every-check.ts';
import { isAsked } from '../checks/run-checks.ts';
import { nearest } from '../cluster/nearest.ts';
import { ExitCode, UserError } from '../errors.ts';

/** The ids of `--only` or `--ignore`, separated by commas; UserError (exit 2) for one that no check has. */
export function chooseChecks(flag: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const asked = text.split(',').map((id) => id.trim()).filter((id) => id !== '');
  const ids = everyCheck.map(({ id }) => id);
  const unknown = asked.map((id) => id.split('@')[0]!).find((id) => !ids.some((known) => isAsked(known, id)));
  if (asked.length === 0) throw wrong(`${flag} names no check.`, `The checks are: ${ids.join(', ')}`);
  if (unknown !== undefined) {
    const guess = nearest(unknown, ids);
    throw wrong(`There is no check "${unknown}".`, guess === undefined ? `The checks are: ${ids.join(', ')}` : `${flag} ${guess}`);
  }
  return asked;
}

function wrong(message: string, hint: string): UserError {
  return new UserError(message, { hint, exitCode: ExitCode.WrongUsage });
}
