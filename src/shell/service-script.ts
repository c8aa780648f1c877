import { framing } from './framed-answer.ts';
import { raw, type Script, sh } from './quote.ts';

const properties = 'LoadState,ActiveState,MainPID,NRestarts,UnitFileState,NeedDaemonReload,ExecStart,Environment,User,Group,WorkingDirectory';

/** `look PID`: a process with its words, variables, folder and start. Field 22 of stat is the start in ticks since boot (man proc_pid_stat). */
const processes = sh`look() {
  ticks=$(sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20)
  [ -n "$ticks" ] || return 0
  put "cmdline $1"; cat "/proc/$1/cmdline"
  put "environ $1"; cat "/proc/$1/environ"
  say "directory $1" "$(readlink "/proc/$1/cwd")"
  say "started $1" $(($(sed -n 's/^btime //p' /proc/stat) + ticks / $(getconf CLK_TCK 2>/dev/null || echo 100)))
}
`;

const isGrafana = '(^|/)grafana(-server)?$';

/** Grafanas of this host that no unit starts, by the first or second word of their command line; those of containers have process numbers of their own. */
const unitless = sh`for f in /etc/default/grafana-server /etc/sysconfig/grafana-server; do [ ! -r "$f" ] || { put "default-file $f"; cat "$f"; }; done
for f in $(grep -lszE ${isGrafana} /proc/[0-9]*/cmdline); do
  p=\${f#/proc/}
  p=\${p%/cmdline}
  [ "$(readlink "/proc/$p/ns/pid")" = "$(readlink /proc/self/ns/pid)" ] || continue
  if tr '\0' '\n' 2>/dev/null < "$f" | head -n 2 | grep -qE ${isGrafana}; then look "$p"; fi
done
`;

/** A container is known by its name alone. Docker has an engine, which is there or not; its program takes ten times as long to say so. */
const container = sh`for d in docker podman; do
  command -v "$d" >/dev/null || continue
  [ "$d" = podman ] || [ -S /var/run/docker.sock ] || [ -n "\${DOCKER_HOST:-}" ] || continue
  inspected=$(timeout 5 "$d" inspect --type container grafana 2>/dev/null) || continue
  say container-engine "$d"
  say container "$inspected"
  put container-defaults; timeout 5 "$d" exec grafana cat /usr/share/grafana/conf/defaults.ini 2>/dev/null
  put container-version; timeout 5 "$d" exec grafana grafana server -v 2>/dev/null
  break
done
`;

/** Asks for the system, the unit and the running process. `status` is the cluster file's line for hosts without systemd. */
export function serviceScript(unit: string, status: string | undefined): Script {
  const ownStatus = status === undefined ? sh`` : sh`( eval ${status} ) >/dev/null 2>&1 </dev/null; say status $?
`;
  return sh`${raw(framing)}${raw(processes)}put system; ( . /etc/os-release 2>/dev/null && printf '%s %s' "$ID" "$VERSION_ID" || uname -sr )
if read -r name < /proc/sys/kernel/hostname; then say host "$name"; else put host; uname -n; fi
put clock; date +%s
${raw(ownStatus)}state= pid= start=
if [ -d /run/systemd/system ]; then
  say systemd yes
  ask() { systemctl show ${unit} -p "$1" --value; }
  file() { [ ! -r "$2" ] || { put "$1 $2"; cat "$2"; put "modified $2"; stat -L -c %Y "$2"; }; }
  put unit; systemctl show ${unit} -p ${properties}
  for f in $(ask FragmentPath) $(ask DropInPaths); do file unit-file "$f"; done
  ask EnvironmentFiles | sed 's/ (ignore_errors=[a-z]*)$//' | { IFS=; while read -r g; do for f in $g; do file environment-file "$f"; done; done; }
  put manager; systemctl show-environment
  state=$(ask LoadState) pid=$(ask MainPID) start=$(ask ExecStart)
fi
if [ "\${pid:-0}" -gt 0 ]; then look "$pid"; fi
if [ "$state" != loaded ]; then
${raw(unitless)}fi
case $state$start in loaded*docker*|loaded*podman*) ;; loaded*) exit 0;; esac
${raw(container)}`;
}
