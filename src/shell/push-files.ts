import { raw, sh } from './quote.ts';
import type { Script } from './quote.ts';

/** One file of a push as its scripts see it. The contents travel on stdin, one after the other. */
export interface PushFile {
  /** Where Grafana finds it; a symlink is followed and kept. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Hash of what the plan found there; absent: there was nothing. */
  readonly expectedSha256?: string;
  /** `file`: made, or replaced with this owner and mode; one that `stays` is not removed when the push is taken back. `config`: replaced, keeping owner, mode, ACL and label of what is there. `gone`: removed. */
  readonly place: { readonly kind: 'file'; readonly owner: string; readonly mode: string; readonly stays?: boolean } | { readonly kind: 'config' } | { readonly kind: 'gone' };
}

export interface PushPlace {
  readonly id: string;
  readonly statePath: string;
}

/** What a push writes down on a node beside its files; holds no secret. */
export interface PushNotes {
  /** Who made the backup, when and why, as one line. */
  readonly record: string;
  /** Keyed hashes of what the node has once the push is through, as one line. */
  readonly pushed: string;
  readonly configPath: string;
}

/** Exit codes of the scripts below. */
export const pushExit = { changedMeanwhile: 21, damaged: 22 } as const;

// A process costs a busy node about a millisecond: the functions below set variables instead of printing, and start few.
const hasHash = sh`has_hash() { h=$(sha256sum < "$1") && [ "\${h%% *}" = "$2" ]; }`;

// Folders that are made on the way get the owner of the file, so that Grafana's group can enter them.
const makeFolder = sh`make_folder() { [ -d "$1/" ] || { make_folder "\${1%/*}" "$2" && mkdir -m 0750 "$1" && chown "$2" "$1"; }; }`;

// What rename cannot replace is found before anything is stopped. chattr +i stops even root.
const replaceable = sh`replaceable() {
  if [ -d "$1" ]; then echo "$1 is a folder" >&2; return 1; fi
  if grep -qF -- " $1 " /proc/self/mountinfo && cut -d' ' -f5 /proc/self/mountinfo | grep -qxF -- "$1"; then echo "$1 is a mount point of its own: mount its folder instead" >&2; return 1; fi
  if [ -e "$1" ] && command -v lsattr >/dev/null; then
    bits=$(lsattr -d -- "$1" 2>/dev/null) || :
    case \${bits%% *} in *[ia]*) echo "$1 must not be changed: chattr -ia $1" >&2; return 1; esac
  fi
}`;

const unchanged = ({ expectedSha256 }: PushFile): Script => (expectedSha256 === undefined
  ? sh`[ ! -e "$target" ] || exit ${pushExit.changedMeanwhile}`
  : sh`{ [ -f "$target" ] && has_hash "$target" ${expectedSha256}; } || exit ${pushExit.changedMeanwhile}`);

const isHeld = ({ place }: PushFile): boolean => place.kind !== 'gone';

// `find_file PATH INDEX` sets target, its folder, and the temporary name beside it.
const begin = ({ id, statePath }: PushPlace): Script => sh`set -eu
umask 077
backup=${statePath}/backups/${id}
beside() { target=$1; folder=\${1%/*}; temp=$folder/.grafana-ha-${id}.$2.tmp; folder=\${folder:-/}; }
find_file() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then beside "$1" "$2"; return; fi
  found=$(readlink -f "$1") || { echo "$1 is a symlink that leads nowhere" >&2; return 1; }
  beside "$found" "$2"
}
flush() { sync "$1" 2>/dev/null || sync; }
${raw(hasHash)}
${raw(makeFolder)}
${raw(replaceable)}`;

/** Finds a file and keeps what was found for `again`. */
const find = ({ path }: PushFile, index: number): Script => sh`find_file ${path} ${index}; target_${raw(String(index) as Script)}=$target`;
const again = (index: number): Script => sh`beside "$target_${raw(String(index) as Script)}" ${index}`;

function join(scripts: readonly Script[]): Script {
  return scripts.join('\n') as Script;
}

/** Puts every file beside its target under a temporary name, with owner and mode, safe on disk, and keeps a copy of what is there. Nothing is live yet. */
export function stageScript(place: PushPlace, files: readonly PushFile[], keep: number, notes: PushNotes): Script {
  return join([
    begin(place),
    sh`mkdir -p ${place.statePath}/backups
chmod 0700 ${place.statePath} ${place.statePath}/backups
mkdir "$backup" "$backup"/pushed.new
cd ${place.statePath}/backups
set --
for old in *; do [ "$old" = ${place.id} ] || set -- "$@" "$old"; done
while [ $# -ge ${keep} ]; do rm -rf -- "./$1"; shift; done
if [ -e ${place.statePath}/pending ]; then cp ${place.statePath}/pending "$backup"/pending; fi
if [ -e ${place.statePath}/pushed ]; then cp -a ${place.statePath}/pushed "$backup"/pushed; fi
printf '%s\n' ${notes.record} > "$backup"/record`,
    ...files.map((file, index) => stageOne(place, file, index)),
    layOutMemory(files, notes),
  ]);
}

function stageOne(place: PushPlace, file: PushFile, index: number): Script {
  const like = file.place;
  return sh`${raw(find(file, index))}
replaceable "$target"
${raw(like.kind === 'file' ? sh`make_folder "$folder" ${like.owner}` : sh`:`)}
for left in "$folder"/.grafana-ha-*.tmp; do case $left in */.grafana-ha-${place.id}.* | */.grafana-ha-\*.tmp) ;; *) rm -f -- "$left" ;; esac; done
${raw(like.kind === 'config' ? sh`cp -a -- "$target" "$temp"` : sh`:`)}
${raw(isHeld(file) ? sh`dd bs=65536 iflag=fullblock,count_bytes count=${file.bytes} status=none > "$temp"
has_hash "$temp" ${file.sha256} || exit ${pushExit.damaged}` : sh`:`)}
${raw(unchanged(file))}
if [ -e "$target" ]; then cp -a -- "$target" "$backup"/${index}; else : > "$backup"/${index}.absent; fi
printf '%s\n' "$target" > "$backup"/${index}.path
${raw(like.kind === 'file' ? sh`chown ${like.owner} "$temp"
chmod ${like.mode} "$temp"` : sh`:`)}
${raw(isHeld(file) ? sh`flush "$temp"` : sh`:`)}`;
}

/** Makes staged files live: all are checked first, then renamed, the config last. `reason` is what an interrupted push leaves in `pending`. */
export function swapScript(place: PushPlace, files: readonly PushFile[], reason: string): Script {
  return join([
    begin(place),
    ...files.map((file, index) => sh`${raw(find(file, index))}
${raw(isHeld(file) ? sh`has_hash "$temp" ${file.sha256} || exit ${pushExit.damaged}` : sh`:`)}
replaceable "$target"
${raw(unchanged(file))}`),
    sh`printf '%s\n' ${reason} > ${place.statePath}/pending`,
    // Before the first file is live, so that a push that is killed does not look like somebody else's edit.
    sh`[ ! -e ${place.statePath}/pushed.new ] || rm -rf ${place.statePath}/pushed.new
mv "$backup"/pushed.new ${place.statePath}/pushed.new`,
    ...files.map((file, index) => sh`${raw(again(index))}; ${raw(isHeld(file) ? sh`mv -f -- "$temp" "$target"` : sh`rm -f -- "$target"`)}; flush "$folder"`),
    sh`rm -rf ${place.statePath}/pushed
mv ${place.statePath}/pushed.new ${place.statePath}/pushed`,
  ]);
}

/** Lays out what the node is to remember once this push is live: its hashes, and the config as it then is. */
function layOutMemory(files: readonly PushFile[], { pushed, configPath }: PushNotes): Script {
  const index = files.findIndex(({ path }) => path === configPath);
  const held = files[index] === undefined || isHeld(files[index]);
  return sh`printf '%s\n' ${pushed} > "$backup"/pushed.new/files
${raw(index < 0 ? sh`find_file ${configPath} 0` : again(index))}
${raw(!held ? sh`: > "$backup"/pushed.new/config` : sh`cat "${raw(index < 0 ? sh`$target` : sh`$temp`)}" > "$backup"/pushed.new/config`)}`;
}

/** Puts back what the swap of this push replaced; what was not there before is removed unless it `stays`. A file that someone else changed since stays. */
export function restoreScript(place: PushPlace, files: readonly PushFile[]): Script {
  return join([
    begin(place),
    ...files.map((file, index) => sh`IFS= read -r target < "$backup"/${index}.path
beside "$target" ${index}
if ${raw(isHeld(file) ? sh`[ -e "$target" ] && has_hash "$target" ${file.sha256}` : sh`[ ! -e "$target" ]`)}; then
  if [ -e "$backup"/${index} ]; then cp -a -- "$backup"/${index} "$temp"; flush "$temp"; mv -f -- "$temp" "$target"
  else ${raw(file.place.kind === 'file' && file.place.stays === true ? sh`:` : sh`rm -f -- "$target"`)}; fi
  flush "$folder"
fi
rm -f -- "$temp"`).reverse(),
    sh`if [ -e "$backup"/pending ]; then cp "$backup"/pending ${place.statePath}/pending; else rm -f ${place.statePath}/pending; fi
rm -rf ${place.statePath}/pushed.new ${place.statePath}/pushed
if [ -e "$backup"/pushed ]; then cp -a "$backup"/pushed ${place.statePath}/pushed; fi`,
  ]);
}

/** Forgets what was staged and not made live. */
export function unstageScript(place: PushPlace, files: readonly PushFile[]): Script {
  return join([
    begin(place),
    ...files.map((file, index) => sh`if find_file ${file.path} ${index}; then rm -f -- "$temp" || :; fi`),
    sh`rm -rf -- "$backup"`,
  ]);
}

/** Says that this node needs nothing more: its Grafana runs on what lies there. */
export function settledScript({ statePath }: PushPlace): Script {
  return sh`rm -f ${statePath}/pending`;
}

/** Adds one line of JSON to the node's audit file. */
export function auditScript(statePath: string, line: string): Script {
  return sh`umask 077; mkdir -p ${statePath} && printf '%s\n' ${line} >> ${statePath}/audit.jsonl`;
}
