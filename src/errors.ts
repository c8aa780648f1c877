/** What the shell sees when the command ends. */
export const ExitCode = {
  Done: 0,
  Bug: 1,
  WrongUsage: 2,
  NotAsItShouldBe: 3,
  EndedBadly: 4,
  Cancelled: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** An error that is the user's to mend: one sentence with what was found, and the next thing to type. */
export class UserError extends Error {
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(message: string, options: { hint?: string; exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UserError';
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? ExitCode.NotAsItShouldBe;
  }
}

/** By name: the command line and the commands are two bundles, each with its own copy of the class. */
export function isUserError(error: unknown): error is UserError {
  return error instanceof Error && error.name === 'UserError';
}
