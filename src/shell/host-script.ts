import type { PlaceFacts } from '../facts/host.ts';
import { framing } from './framed-answer.ts';
import { type AccessQuestion, accessScript } from './host-access-script.ts';
import { careScript } from './host-care-script.ts';
import { provisioningScript } from './host-provisioning-script.ts';
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

/** Asks what of the host can break its Grafana; every command is bounded in time, and nothing stays behind. */
export function hostScript(question: HostQuestion): Script {
  const { unit, configPath, places, pid, program, ports, provisioning, alike } = question;
  const looks = places.map(({ what, path }) => sh`place ${what} ${path}
`).join('') as Script;
  const alikes = alike.map(({ name, path }) => sh`if [ -f ${path} ]; then sha256sum < ${path} | cut -d' ' -f1 | put ${`alike ${name}`}; else say ${`alike ${name}`} ''; fi
`).join('') as Script;
  return sh`${raw(framing)}bounded() { if command -v timeout >/dev/null; then timeout 10 "$@"; else "$@"; fi; }
place() {
  p=$2
  while [ ! -e "$p" ] && [ "$p" != / ]; do case $p in */*) p=\${p%/*}; p=\${p:-/};; *) p=.;; esac; done
  echo "real $1=$(readlink -f "$p")"
  echo "file-system $1=$(bounded stat -f -c '%T %c %d' "$p")"
  echo "space $1=$(bounded df -Pk "$p" | tail -n 1)"
}
{
  read -r v < /etc/machine-id && echo "machine-id=$v"
  read -r v < /proc/sys/net/ipv4/ip_unprivileged_port_start && echo "first-port=$v"
  ${raw(pid === undefined ? sh`` : sh`echo "program=$(readlink ${`/proc/${pid}/exe`})"
  `)}! command -v getcap >/dev/null || echo "capabilities=$(getcap ${program})"
${raw(looks)}} 2>/dev/null | put basics
${raw(accessScript(question))}${raw(ports.length === 0 ? sh`` : listenersScript(ports, unit))}${raw(provisioningScript(provisioning))}${raw(alikes)}${raw(careScript(configPath))}`;
}

/** Sockets of /proc/net that listen: 0A is a listening TCP socket, 07 a UDP one without a peer (include/net/tcp_states.h). Their owners are looked for only where there are any. */
function listenersScript(ports: readonly number[], unit: string): Script {
  const hex = ports.map((port) => port.toString(16).toUpperCase().padStart(4, '0')).join('|');
  return sh`descriptors=
listening() {
  protocol=$1
  shift
  cat "$@" 2>/dev/null | grep -E ${`^ *[0-9]+: [0-9A-F]+:(${hex}) [0-9A-F]+:0000 (0A|07) `} | while read -r _ local _ _ _ _ _ _ _ inode _; do
    [ -n "$descriptors" ] || descriptors=$(ls -l /proc/[0-9]*/fd 2>/dev/null | grep -E '^/proc/|socket:')
    p=$(printf '%s\n' "$descriptors" | sed -n "/^\/proc\//h; /socket:\[$inode\]/{g;s/^\/proc\/\([0-9]*\).*/\1/p;q;}")
    owner=
    if [ -n "$p" ]; then
      owner="$p $(sed -n 's/^PPid:[^0-9]*//p' "/proc/$p/status") $(grep -qF ${`/${unit.replace(/\.service$/, '')}.service`} "/proc/$p/cgroup" && echo yes || echo no) $(cat "/proc/$p/comm")"
    fi
    say "listener $protocol $local $inode" "$owner"
  done
}
listening tcp /proc/net/tcp /proc/net/tcp6
listening udp /proc/net/udp /proc/net/udp6
`;
}
