import { nameFrom } from '../cluster/name.ts';

/** A name for each node: the one that was typed, else its own host name, numbered where that does not tell nodes apart. */
export function nameNodes(nodes: readonly { readonly name?: string; readonly hostName: string }[]): readonly string[] {
  const wanted = nodes.map(({ name, hostName }) => name ?? ownName(hostName));
  const isShared = (name: string): boolean => wanted.filter((other) => other === name).length > 1;
  const taken = new Set(wanted);
  return nodes.map(({ name: typed }, index) => {
    const name = wanted[index]!;
    if (typed !== undefined || !isShared(name)) return name;
    let number = 1;
    while (taken.has(`${name}-${number}`)) number += 1;
    taken.add(`${name}-${number}`);
    return `${name}-${number}`;
  });
}

function ownName(hostName: string): string {
  const short = nameFrom(hostName.split('.')[0] ?? '');
  return short === undefined || short === 'localhost' ? 'grafana' : short;
}
