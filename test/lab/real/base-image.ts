import { createHash } from 'node:crypto';
import { mkdir, access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from '../run.ts';

const packages = [
  'systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'sudo', 'iproute2', 'procps', 'ca-certificates',
  'python3', // counts what a SQLite database holds; python3-minimal lacks its sqlite3 module
  'libstdc++6', 'libatomic1', // what node needs
  'acl', // a config may have one
  'fish', 'tcsh', // login shells that are not like sh
  'opendoas', // the other way to root
  'libfaketime', // a wrong clock: hosts of one machine share one
];

// Everything below must be the same in all hosts or made anew in each.
const recipe = `set -eu
target=$1 release=$2 packages=$3
[ ! -e "$target" ] || exit 0
unfinished=$target.unfinished
rm -rf "$unfinished"
source=$(awk '/^URIs:/ { print $2; exit } /^deb / { for (i = 2; i <= NF; i++) if ($i ~ /:\\/\\//) { print $i; exit } }' \\
  /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/ubuntu.sources /etc/apt/sources.list 2>/dev/null || true)
components=main
grep -q '^ID=ubuntu' /etc/os-release && components=main,universe
debootstrap --variant=minbase --components="$components" --include="$packages" "$release" "$unfinished" $source
chroot "$unfinished" groupadd --system --gid 472 grafana
chroot "$unfinished" useradd --system --uid 472 --gid 472 --home-dir /usr/share/grafana --no-create-home --shell /bin/false grafana
rm -rf "$unfinished"/var/cache/apt/archives/*.deb "$unfinished"/var/lib/apt/lists/* "$unfinished"/etc/ssh/ssh_host_*
rm -f "$unfinished"/var/lib/dbus/machine-id "$unfinished"/etc/machine-id "$unfinished"/etc/hostname "$unfinished"/etc/resolv.conf
mv "$unfinished" "$target"
`;

/** Folder of a Debian (or Ubuntu, as this machine) file system for hosts; made once and kept outside the clone. Takes a minute the first time. */
export async function makeBaseImage(note: (text: string) => void): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'grafana-ha-lab');
  const release = (await run(['sh', '-c', '. /etc/os-release; printf %s "$VERSION_CODENAME"'])) || 'stable';
  const key = createHash('sha256').update(recipe + packages.join()).digest('hex').slice(0, 8);
  const target = join(cache, `${release}-${key}`);
  await mkdir(cache, { recursive: true });
  if (!(await access(target).then(() => true, () => false))) {
    note(`making the base image of the lab's hosts (${release}), once; it takes a minute or two`);
    await run(['flock', join(cache, 'lock'), 'sh', '-c', recipe, 'sh', target, release, packages.join()]);
  }
  return target;
}
