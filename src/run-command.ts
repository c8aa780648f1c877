import { setFlagsFromString } from 'node:v8';
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

/** They run as long as the nodes take to start, and need little time of their own: with 50 nodes V8 would else let twice the memory lie about. */
const unhurried: ReadonlySet<CommandName> = new Set(['push', 'rollback']);

/** Runs one command in the real world. A bundle of its own: the command line alone starts without it. */
export function runCommand(name: CommandName, options: unknown, packageRoot: string): Promise<ExitCode> {
  if (unhurried.has(name)) setFlagsFromString('--optimize-for-size');
  return commands[name](makeWorld(packageRoot), options as never);
}
