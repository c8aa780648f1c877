import { type Script, sh } from './quote.ts';

/** What decides over files and folders in a unit, and what else of it can stop a Grafana. */
const limits = ['Type', 'Restart', 'SubState', 'Result', 'NRestarts', 'TimeoutStartUSec', 'StartLimitBurst', 'StartLimitIntervalUSec', 'MemoryMax', 'LimitNOFILE', 'NoNewPrivileges', 'DynamicUser'];
const protections = [
  'User', 'Group', 'SupplementaryGroups', 'AmbientCapabilities', 'CapabilityBoundingSet', 'ProtectHome', 'ProtectSystem', 'PrivateTmp', 'PrivateUsers',
  'InaccessiblePaths', 'ReadOnlyPaths', 'ReadWritePaths', 'BindPaths', 'BindReadOnlyPaths', 'TemporaryFileSystem', 'RootDirectory', 'RootImage',
];
/** Made by systemd at the start, with the right owner, and writable whatever ProtectSystem says (man systemd.exec). */
const ownFolders = ['StateDirectory', 'LogsDirectory', 'CacheDirectory'];

/** Which of its arguments are there, read and written: `INDEX erw` a line. A folder that cannot be entered is neither. */
const probe = 'i=0; for f; do a=; [ ! -e "$f" ] || a=e; if [ ! -d "$f" ] || [ -x "$f" ]; then [ ! -r "$f" ] || a=${a}r; [ ! -w "$f" ] || a=${a}w; fi; echo "$i $a"; i=$((i+1)); done';

export interface AccessQuestion {
  /** Empty: no systemd there, or no such unit. */
  readonly unit: string;
  /** Whom Grafana runs as. */
  readonly user: string;
  /** Files and folders that it needs. */
  readonly paths: readonly string[];
}

/** Asks what the unit allows, and tries in a unit of our own with its user and its walls whether Grafana reads and writes its files; that unit is gone at the end. */
export function accessScript({ unit, user, paths }: AccessQuestion): Script {
  return sh`put access-root; bounded /bin/sh -c ${probe} sh ${paths}
if command -v setpriv >/dev/null; then
  if [ ${user} != root ] && group=$(id -g ${user} 2>/dev/null); then put access-plain; bounded setpriv --reuid ${user} --regid "$group" --init-groups /bin/sh -c ${probe} sh ${paths} 2>/dev/null; fi
  put access-others; bounded setpriv --reuid 65534 --regid 65534 --clear-groups /bin/sh -c ${probe} sh ${paths} 2>/dev/null
fi
if [ "$(getenforce 2>/dev/null)" = Enforcing ] && command -v matchpathcon >/dev/null; then
  for f in ${paths}; do [ ! -e "$f" ] || { put "label $f"; matchpathcon -V "$f" 2>/dev/null; }; done
fi
if [ -n ${unit} ] && [ -d /run/systemd/system ]; then
  shown=$(systemctl show ${unit} -p ${[...limits, ...protections, ...ownFolders].join(',')})
  say limits "$shown"
  set --
  set -f
  IFS='
'
  for line in $shown; do case $line in
    ${beginsWith(ownFolders)}) ;;
    CapabilityBoundingSet=*) set -- "$@" -p "$line";;
    *=) ;;
    ${beginsWith(protections)}) set -- "$@" -p "$line";;
  esac; done
  unset IFS
  for d in $(printf '%s\n' "$shown" | sed -n 's/^StateDirectory=//p'); do set -- "$@" -p "ReadWritePaths=-/var/lib/\${d%%:*}"; done
  for d in $(printf '%s\n' "$shown" | sed -n 's/^LogsDirectory=//p'); do set -- "$@" -p "ReadWritePaths=-/var/log/\${d%%:*}"; done
  set +f
  case $shown in *DynamicUser=yes*) ;; *)
    put access-unit; bounded systemd-run --quiet --wait --pipe --collect -p RuntimeMaxSec=5 "$@" /bin/sh -c ${forUnit(probe)} sh ${paths.map(forUnit)} </dev/null 2>/dev/null
  esac
fi
`;
}

/** systemd fills in variables before the shell does (man systemd.service, "Command lines"). */
function forUnit(word: string): string {
  return word.replaceAll('$', '$$$$');
}

/** A pattern of `case` for lines that begin with one of the names. */
function beginsWith(names: readonly string[]): { readonly script: Script } {
  return { script: names.map((name) => `${name}=*`).join('|') as Script };
}
