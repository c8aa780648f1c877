/** A push in a process of its own, so that a test can kill it: push-child.ts FILE HOST-KEY... */
import { join } from 'node:path';
import { push } from '../../src/commands/push.ts';
import { makeWorld } from '../../src/context.ts';

const [file = '', ...hostKey] = process.argv.slice(2);
process.exitCode = await push(makeWorld(join(import.meta.dirname, '../..')), { file, hostKey, yes: true });
