import type { World } from '../world.ts';
import type { State } from './state.ts';

/** The world as it will be once the CA file that came from the nodes lies here. */
export function withFetched(world: World, { seen: { fetched } }: State): World {
  if (fetched === undefined) return world;
  return { ...world, files: { ...world.files, readText: (path) => (path === fetched.path ? Promise.resolve(fetched.text) : world.files.readText(path)) } };
}
