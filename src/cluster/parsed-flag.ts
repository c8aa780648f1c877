import { ExitCode, UserError } from '../errors.ts';
import type { Parsed } from './parsed.ts';

/** The value of a flag; UserError (exit 2) that names the flag when it does not parse. */
export function parsedFlag<Value>(flag: string, parsed: Parsed<Value>): Value {
  if (parsed.ok) return parsed.value;
  throw new UserError(`${flag}: ${parsed.problem}.`, { hint: parsed.hint, exitCode: ExitCode.WrongUsage });
}
