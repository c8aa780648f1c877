import type { World } from '../world.ts';
import { askAdmin } from './ask-admin.ts';
import { askDatabase } from './ask-database.ts';
import { askGossip } from './ask-gossip.ts';
import { askLicense } from './ask-license.ts';
import { askName } from './ask-name.ts';
import { askNodes } from './ask-nodes.ts';
import { askPassword } from './ask-password.ts';
import { askPlace } from './ask-place.ts';
import { askRootUrl } from './ask-root-url.ts';
import { askSqlite } from './ask-sqlite.ts';
import type { InitFlags } from './flags.ts';
import { reachDatabase } from './reach-database.ts';
import { startFromFile } from './start-from-file.ts';
import { startFromNodes } from './start-from-nodes.ts';
import type { State } from './state.ts';
import type { Step } from './walk.ts';

/** The wizard's questions in the order they are asked; each answer feeds the defaults after it. */
export function makeSteps(world: World, flags: InitFlags): readonly Step<State>[] {
  return [
    startFromFile(world, flags),
    askNodes(world, flags),
    startFromNodes(world, flags),
    askSqlite(world, flags),
    ...askDatabase(world, flags),
    askPassword(world, flags),
    askPlace(world, flags),
    reachDatabase(world),
    askRootUrl(world, flags),
    askAdmin(world, flags),
    askLicense(world, flags),
    askGossip(flags),
    askName(flags),
  ];
}
