import { answerOf, run } from '../run.ts';
import type { LabFolder } from '../lab-folder.ts';

/** A bridge of this lab, with this machine on it. */
export interface Network {
  readonly bridge: string;
  /** The address of this machine, as the hosts reach it. */
  readonly gateway: string;
  /** Address of host 1, 2, … */
  addressOf(host: number): string;
  /** Makes a network namespace with that address on the bridge, and gives its name. */
  join(host: number): Promise<string>;
}

/** Makes a bridge with a free 10.97.X.0/24; making it is what reserves X. */
export async function makeNetwork(folder: LabFolder): Promise<Network> {
  const taken = await run(['ip', '-4', 'addr']);
  for (let x = 1; x < 255; x += 1) {
    const bridge = `ghalab${x}`;
    if (taken.includes(`inet 10.97.${x}.`) || (await answerOf(['ip', 'link', 'add', bridge, 'type', 'bridge'])).exitCode !== 0) continue;
    folder.leave({ kind: 'link', name: bridge });
    const gateway = `10.97.${x}.254`;
    await run(['ip', 'addr', 'add', `${gateway}/24`, 'dev', bridge]);
    await run(['ip', 'link', 'set', bridge, 'up']);
    const addressOf = (host: number) => `10.97.${x}.${host}`;
    return { bridge, gateway, addressOf, join: (host) => joinNetwork(folder, { bridge, gateway, name: `${bridge}-${host}`, address: addressOf(host) }) };
  }
  throw new Error('no free network 10.97.X.0/24, or no right to make a bridge');
}

async function joinNetwork(folder: LabFolder, { bridge, gateway, name, address }: { bridge: string; gateway: string; name: string; address: string }): Promise<string> {
  // A connection that nobody ended may keep the namespace for minutes, and the pair with it: the pair goes by itself.
  folder.leave({ kind: 'netns', name });
  folder.leave({ kind: 'link', name });
  await run(['ip', 'netns', 'add', name]);
  await run(['ip', '-batch', '-'], { input: `link add ${name} type veth peer name eth0 netns ${name}\nlink set ${name} master ${bridge} up\n` });
  await run(['ip', '-n', name, '-batch', '-'], {
    input: `addr add ${address}/24 dev eth0\nlink set eth0 up\nlink set lo up\nroute add default via ${gateway}\n`,
  });
  return name;
}
