import { init } from './commands/init.ts';
import { lint } from './commands/lint.ts';
import { push } from './commands/push.ts';
import { render } from './commands/render.ts';
import { rollback } from './commands/rollback.ts';
import { validate } from './commands/validate.ts';
import { makeWorld } from './context.ts';
import type { ExitCode } from './errors.ts';

const commands = { init, validate, render, push, rollback, lint };
export type CommandName = keyof typeof commands;

/** Runs one command in the real world. A bundle of its own: the command line alone starts without it. */
export function runCommand(name: CommandName, options: unknown, packageRoot: string): Promise<ExitCode> {
  return commands[name](makeWorld(packageRoot), options as never);
}
