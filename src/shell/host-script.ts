import type { PlaceFacts } from '../facts/host.ts';
import { framing } from './framed-answer.ts';
import { type AccessQuestion, accessScript } from './host-access-script.ts';
import { careScript } from './host-care-script.ts';
import { provisioningScript } from './host-provisioning-script.ts';
import { contents, type ContentsQuestion } from './node-scripts.ts';
import { ownListener } from './peers-script.ts';
import { raw, type Script, sh } from './quote.ts';

export interface HostQuestion extends AccessQuestion {
  readonly configPath: string;
  /** Folders whose disk is asked for, by what lies there. */
  readonly places: readonly Pick<PlaceFacts, 'what' | 'path'>[];
  /** The running Grafana. */
  readonly pid?: number;
  /** Its program as it is installed. */
  readonly program: string;
  /** Ports that it is to have. */
  readonly ports: readonly number[];
  readonly provisioning: string;
  /** Files that must be alike on all nodes, by `section.key`. */
  readonly alike: readonly { readonly name: string; readonly path: string }[];
}

/** Asks what of the host can break its Grafana, and in the end for contents; every command is bounded in time, and nothing stays behind. */
export function hostScript(question: HostQuestion, more?: ContentsQuestion): Script {
  const { unit, configPath, places, pid, program, ports, provisioning, alike } = question;
  const alikes = alike.map(({ name, path }) => sh`put ${`alike ${name}`}; [ ! -f ${path} ] || sha256sum < ${path}
`).join('') as Script;
  return sh`${raw(framing)}bounded() { if command -v timeout >/dev/null; then timeout 10 "$@"; else "$@"; fi; }
! read -r v < /etc/machine-id || say machine-id "$v"
! read -r v < /proc/sys/net/ipv4/ip_unprivileged_port_start || say first-port "$v"
${raw(pid === undefined ? sh`` : sh`put program; readlink ${`/proc/${pid}/exe`}
`)}${raw(ports.every((port) => port >= 1024) ? sh`` : sh`! command -v getcap >/dev/null || { put capabilities; getcap ${program} 2>/dev/null; }
`)}${raw(placesScript(places.map(({ path }) => path)))}${raw(accessScript(question))}${raw(ports.length === 0 ? sh`` : listenersScript(ports, unit))}${raw(provisioningScript(provisioning))}${raw(alikes)}${raw(careScript(configPath))}${raw(more === undefined ? sh`` : contents(more))}`;
}

/** The disks of folders, or of what is there on the way to them, a line each; where one file system hangs, the others still answer. */
function placesScript(paths: readonly string[]): Script {
  return sh`set --
for p in ${paths}; do
  while [ ! -e "$p" ] && [ "$p" != / ]; do case $p in */*) p=\${p%/*}; p=\${p:-/};; *) p=.;; esac; done
  set -- "$@" "$p"
done
put real; for p; do ( cd -- "$p" && pwd -P ) 2>/dev/null || readlink -f -- "$p" || echo; done
each() { said=$(bounded "$@" "$p" 2>/dev/null) || said=; printf '%s\n' "\${said##*
}"; }
put file-system; s=$(bounded stat -f -c '%T %c %d' "$@" 2>/dev/null) && printf '%s\n' "$s" || for p; do each stat -f -c '%T %c %d'; done
put space; s=$(bounded df -Pk "$@" 2>/dev/null) && printf '%s\n' "\${s#*
}" || for p; do each df -Pk; done
`;
}

/** Sockets of /proc/net that listen: 0A is a listening TCP socket, 07 a UDP one without a peer (include/net/tcp_states.h). Those of our own validate are nobody's, nor are those that closed meanwhile. Owners are looked for only where there are any, and where `ss` is, it is asked first: reading /proc/net/tcp takes the kernel ten times as long. */
function listenersScript(ports: readonly number[], unit: string): Script {
  const isNamed = { script: ports.map((port) => `*:${port}[!0-9]*`).join('|') as Script };
  const hex = ports.map((port) => port.toString(16).toUpperCase().padStart(4, '0')).join('|');
  return sh`descriptors=
if sockets=$(ss -ltun 2>/dev/null); then case $sockets in ${isNamed}) ;; *) sockets=none;; esac; fi
[ "$sockets" = none ] || grep -hE ${`^ *[0-9]+: [0-9A-F]+:(${hex}) [0-9A-F]+:0000 (0A|07) `} /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2>/dev/null | while read -r _ local _ state _ _ _ _ _ inode _; do
  [ -n "$descriptors" ] || descriptors=$(ls -l /proc/[0-9]*/fd 2>/dev/null | grep -E '^/proc/|socket:')
  p=$(printf '%s\n' "$descriptors" | sed -n "/^\/proc\//h; /socket:\[$inode\]/{g;s/^\/proc\/\([0-9]*\).*/\1/p;q;}")
  owner=
  if [ -z "$p" ]; then
    grep -qE " $inode +[0-9]+ " /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2>/dev/null || continue
  elif grep -qs ${`${ownListener}=`} "/proc/$p/environ"; then continue
  else
    owner="$p $(sed -n 's/^PPid:[^0-9]*//p' "/proc/$p/status") $(grep -qF ${`/${unit.replace(/\.service$/, '')}.service`} "/proc/$p/cgroup" && echo yes || echo no) $(cat "/proc/$p/comm")"
  fi
  case $state in 0A) protocol=tcp;; *) protocol=udp;; esac
  say "listener $protocol $local $inode" "$owner"
done
`;
}
