import type { PlaceFacts } from '../facts/host.ts';
import { quote } from '../shell/quote.ts';
import { type Check, check, failed, passed, warned } from './check.ts';
import { everyHost } from './host-subjects.ts';
import { isOnNetwork } from './network-file-system.ts';
import { sshTo } from './ssh-to.ts';

const full = 16 * 2 ** 20;
const nearlyFull = 100 * 2 ** 20;

/** The disks below Grafana. */
export const hostPlaceChecks: readonly Check[] = [
  check({
    id: 'host.disk', group: 'host', about: everyHost,
    title: 'There is room for the config, the data, the logs and our own backups',
    why: 'A full disk stops a push before it begins, and Grafana at the moment it writes.',
    fix: 'Free some space, or move what grows: du shows what is large. Old logs go with journalctl --vacuum-size.',
    judge: ({ node, host: { places } }, { cluster }) => {
      const shortOf = (place: PlaceFacts, bytes: number, inodes: number): boolean => (place.freeBytes ?? Infinity) < bytes || (place.freeInodes ?? Infinity) < inodes;
      const short = places.filter((place) => shortOf(place, nearlyFull, 1000));
      const [first] = short;
      if (first === undefined) return passed();
      const finding = {
        found: [...new Map(short.map((place) => [place.mountedAt, place]))].map(([mountedAt, place]) => `${mountedAt} (${short.filter((other) => other.mountedAt === mountedAt).map(({ what }) => what).join(', ')}): ${describeRoom(place)}`).join('; '),
        expected: `${nearlyFull / 2 ** 20} MB free, and 1000 inodes`,
        hint: `${sshTo(node, cluster)} 'sudo du -xh -d 2 ${quote(first.mountedAt)} | sort -h | tail'`,
      };
      return short.some((place) => shortOf(place, full, 16)) ? failed({ code: 'full', ...finding }) : warned({ code: 'nearly-full', ...finding });
    },
  }),
  check({
    id: 'host.data', group: 'host', about: everyHost,
    title: 'The data folder is on a disk of its own node',
    why: 'Grafana locks its search index and its plugins there; over a network that hangs, and two nodes in one folder break each other.',
    fix: 'Give every node a local folder under [paths] data, owned by grafana; plugins are installed on each node, and all that must be shared is in the database.',
    judge: ({ node, host: { places } }, { cluster, facts }) => {
      const data = places.find(({ what }) => what === 'data');
      if (data === undefined || data.fileSystem === '') return undefined;
      if (!isOnNetwork(data.fileSystem)) return passed(data.fileSystem);
      const twin = facts.nodes.find(({ name, node: other }) => name !== node.name && other.ok && other.facts.host?.places.some((place) => place.what === 'data' && isSame(place, data)) === true);
      const hint = `${sshTo(node, cluster)} findmnt -T ${quote(data.path)}`;
      return twin === undefined
        ? warned({ code: 'on-network', found: `${data.path} lies on ${data.fileSystem} (${data.source})`, expected: 'a disk of the node', hint })
        : failed({ code: 'shared', found: `${data.path} lies on ${data.source}, and is that of ${twin.name}, too`, expected: 'a folder of its own for every node', hint });
    },
  }),
];

function describeRoom({ freeBytes, freeInodes }: PlaceFacts): string {
  return [...(freeBytes === undefined ? [] : [`${Math.floor(freeBytes / 2 ** 20)} MB free`]), ...(freeInodes === undefined || freeInodes >= 1000 ? [] : [`${freeInodes} inodes free`])].join(', ');
}

/** The same folder of the same server, wherever each has it mounted. */
function isSame(one: PlaceFacts, other: PlaceFacts): boolean {
  const within = ({ realPath, mountedAt }: PlaceFacts): string => realPath.slice(mountedAt.replace(/\/$/, '').length);
  return one.source !== '' && one.source === other.source && within(one) === within(other);
}
