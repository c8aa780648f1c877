import { readPointers } from './push-state.ts';
import { raw, sh } from './quote.ts';
import type { Script } from './quote.ts';

/** One file of a push as its scripts see it. */
export interface PushFile {
  /** Where Grafana finds it; a symlink is followed and kept. */
  readonly path: string;
  readonly sha256: string;
  /** Hash of what the plan found there; absent: there was nothing. */
  readonly expectedSha256?: string;
  /** `file`: made, or replaced with this owner and mode; one that `stays` is not removed when the push is taken back. `config`: replaced, keeping owner, mode, ACL and label of what is there. `gone`: removed. */
  readonly place: { readonly kind: 'file'; readonly owner: string; readonly mode: string; readonly stays?: boolean } | { readonly kind: 'config' } | { readonly kind: 'gone' };
}

/** A file with what it is to hold: text without NUL, which no shell can carry; nothing for one that goes. */
export interface StagedFile extends PushFile {
  readonly content: string;
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
  /** As the plan found it. */
  readonly config: FoundFile;
}

export interface FoundFile {
  readonly path: string;
  /** Absent: there was nothing. */
  readonly expectedSha256?: string | undefined;
}

/** Exit codes of the scripts below. */
export const pushExit = { changedMeanwhile: 21, damaged: 22 } as const;

// A process costs a busy node about a millisecond: the functions below set variables instead of printing, and ask for all files at once.

// `find_file PATH INDEX` sets target, its folder, and the temporary name beside it.
const findFile = sh`find_file() {
  target=$1
  if [ -L "$1" ]; then target=$(readlink -f "$1") || { echo "$1 is a symlink that leads nowhere" >&2; return 1; }; fi
  folder=\${target%/*}
  if cd -P "$folder/" 2>/dev/null; then folder=\${PWD%/} target=\${PWD%/}/\${target##*/}; fi
  temp=$folder/.grafana-ha-$id.$2.tmp folder=\${folder:-/}
}`;

// sha256sum puts a backslash before the line of a name that it escapes.
const isHash = sh`is_hash() { h=\${1%% *}; [ "\${h#\\}" = "$2" ]; }`;

// Folders that are made on the way get the owner of the file, so that Grafana's group can enter them.
const makeFolder = sh`make_folder() { [ -d "$1/" ] || { make_folder "\${1%/*}" "$2" && mkdir -m 0750 "$1" && chown "$2" "$1"; }; }`;

// What rename cannot replace is found before anything is stopped. chattr +i stops even root.
const replaceable = sh`replaceable() {
  if cut -d' ' -f5 /proc/self/mountinfo | grep -qxF -- "$1"; then echo "$1 is a mount point of its own: mount its folder instead" >&2; return 1; fi
  command -v lsattr >/dev/null || return 0
  bits=$(lsattr -d -- "$1" 2>/dev/null) || :
  case \${bits%% *} in *[ia]*) echo "$1 must not be changed: chattr -ia $1" >&2; return 1; esac
}`;

// The kernel links only what it could also replace (no folder, no mount point, no immutable file), and rename leaves the linked file as it is.
const backUp = sh`back_up() {
  [ ! -e "$1" ] || ln -- "$1" "$2" 2>/dev/null || { replaceable "$1" && cp -a -- "$1" "$2" && flush "$2"; }
}`;

const lineOf = sh`line_of() { line=; [ ! -s "$1" ] || IFS= read -r line < "$1" || :; }`;

// The shell's own printf does not say what is wrong with a disk.
const write = sh`write() { printf %s "$1" 2>/dev/null > "$2" || printf %s "$1" | cat > "$2"; }`;

const isHeld = ({ place }: PushFile): boolean => place.kind !== 'gone';

type Variable = 'target' | 'temp' | 'folder' | 'text';
/** A variable of the file of that index: where it goes, as `find` set it, or what it is to hold. */
const the = (name: Variable, index: number) => raw(`"$${name}_${index}"` as Script);

const begin = ({ id, statePath }: PushPlace): Script => sh`set -eu
umask 077
id=${id} state=${statePath}
backup=$state/backups/$id.
flush() { sync "$@" 2>/dev/null || sync; }
not_folder() { [ ! -d "$target" ] || { echo "$target is a folder" >&2; return 1; }; }
${raw(findFile)}
${raw(isHash)}`;

const find = ({ path }: PushFile, index: number): Script => sh`find_file ${path} ${index}; not_folder; target_${index}=$target temp_${index}=$temp folder_${index}=$folder`;

/** Stops unless what was staged is whole, and what the plan found is still there. */
function compare(files: readonly PushFile[]): Script {
  const hashed = files.flatMap((file, index) => [
    ...(isHeld(file) ? [{ file: the('temp', index), sha256: file.sha256, exit: pushExit.damaged }] : []),
    ...(file.expectedSha256 === undefined ? [] : [{ file: the('target', index), sha256: file.expectedSha256, exit: pushExit.changedMeanwhile }]),
  ]);
  return join([
    ...files.map(({ expectedSha256 }, index) => (expectedSha256 === undefined ? sh`[ ! -e ${the('target', index)} ] || exit ${pushExit.changedMeanwhile}` : sh`[ -f ${the('target', index)} ] || exit ${pushExit.changedMeanwhile}`)),
    ...(hashed.length === 0 ? [] : [sh`hashes=$(sha256sum -- ${raw(hashed.map(({ file }) => file.script).join(' ') as Script)})
IFS='
'; set -f; set -- $hashes; unset IFS; set +f`]),
    ...hashed.map(({ sha256, exit }) => sh`is_hash "$1" ${sha256} || exit ${exit}; shift`),
  ]);
}

function join(scripts: readonly Script[]): Script {
  return scripts.join('\n') as Script;
}

/** Exits with `changedMeanwhile` unless these files lie there as they were found. */
export function asFoundScript(files: readonly FoundFile[]): Script {
  return join(files.map(({ path, expectedSha256 }) => (expectedSha256 === undefined ? sh`[ ! -e ${path} ] || exit ${pushExit.changedMeanwhile}`
    : sh`hash=$(sha256sum < ${path}) && [ "\${hash%% *}" = ${expectedSha256} ] || exit ${pushExit.changedMeanwhile}`)));
}

/** Puts every file beside its target under a temporary name, with owner and mode, and keeps what is there, all safe on disk. Nothing is live yet. */
export function stageScript(place: PushPlace, files: readonly StagedFile[], notes: PushNotes): Script {
  return join([
    begin(place),
    makeFolder, replaceable, backUp, write, lineOf,
    ...files.map(find),
    ...files.map(stageOne),
    compare(files),
    sh`[ -d "$state"/backups ] || mkdir -p "$state"/backups`,
    ...files.map((_, index) => sh`back_up ${the('target', index)} "$backup"${index}`),
    layOutMemory(files, notes),
    writeRecord(files, notes),
    sh`flush ${raw(files.flatMap((file, index) => (isHeld(file) ? [the('temp', index).script] : [])).join(' ') as Script)} "$backup"left "$backup"record "$state"/backups`,
  ]);
}

function stageOne(file: StagedFile, index: number): Script {
  const { place, content } = file;
  return sh`${raw(place.kind === 'file' ? sh`make_folder ${the('folder', index)} ${place.owner}` : sh`:`)}
for left in ${the('folder', index)}/.grafana-ha-*.tmp; do case $left in */.grafana-ha-"$id".* | */.grafana-ha-\*.tmp) ;; *) rm -f -- "$left" ;; esac; done
${raw(place.kind === 'config' ? sh`cp -a -- ${the('target', index)} ${the('temp', index)}` : sh`:`)}
${raw(isHeld(file) ? sh`text_${index}=${content}; write ${the('text', index)} ${the('temp', index)}` : sh`:`)}
${raw(place.kind === 'file' ? sh`chown ${place.owner} ${the('temp', index)}
chmod ${place.mode} ${the('temp', index)}` : sh`:`)}`;
}

/** Makes staged files live: all are checked first, then renamed, the config last. `reason` is what an interrupted push leaves in `pending`. */
export function swapScript(place: PushPlace, files: readonly PushFile[], reason: string): Script {
  return join([
    begin(place),
    ...files.map(find),
    compare(files),
    // Says before the first file is live what will be: a push that is killed does not look like somebody else's edit.
    sh`printf '%s\n' ${reason}" backups/$id.left" > "$state"/pending`,
    ...files.map((file, index) => sh`${raw(isHeld(file) ? sh`mv -f -- ${the('temp', index)} ${the('target', index)}` : sh`rm -f -- ${the('target', index)}`)}; flush ${the('folder', index)}`),
    sh`printf '%s\n' "backups/$id.left" > "$state"/pushed`,
  ]);
}

/** Lays out what the node is to remember once this push is live: its hashes, and the config as it then is. */
function layOutMemory(files: readonly StagedFile[], { pushed, config }: PushNotes): Script {
  const index = files.findIndex(({ path }) => path === config.path);
  // An edit that came after the plan is not ours to remember: it would be undone without a word.
  if (files[index] === undefined) return join([sh`{ printf '%s\n' ${pushed}; [ ! -e ${config.path} ] || cat < ${config.path}; } > "$backup"left`, asFoundScript([config])]);
  return sh`write ${pushed}"
"${isHeld(files[index]) ? the('text', index) : ''} "$backup"left`;
}

/** Says what the backup is of; comes last, and goes first: one that is not whole is none. */
function writeRecord(files: readonly StagedFile[], { record }: PushNotes): Script {
  return sh`line_of "$state"/pending; pending=$line
line_of "$state"/pushed
write ${record}"
$pending
$line
${raw(files.map((_, index) => `$target_${index}\n`).join('') as Script)}" "$backup"record`;
}

/** Puts back what the swap of this push replaced; what was not there before is removed unless it `stays`. A file that someone else changed since stays. */
export function restoreScript(place: PushPlace, files: readonly PushFile[]): Script {
  return join([
    begin(place),
    sh`{ for line in record pending pushed ${files.map((_, index) => `path_${index}`)}; do IFS= read -r "$line"; done; } < "$backup"record
put_back() { if [ -n "$1" ]; then printf '%s\n' "$1" > "$2"; else rm -f -- "$2"; fi; }
printf '%s\n' "restore backups/$id.left" > "$state"/pending || :
put_back "$pushed" "$state"/pushed || :`,
    ...files.map((file, index) => sh`find_file "$path_${index}" ${index}
if ${raw(isHeld(file) ? sh`[ -e "$target" ] && is_hash "$(sha256sum < "$target")" ${file.sha256}` : sh`[ ! -e "$target" ]`)}; then
  if [ -e "$backup"${index} ]; then cp -a -- "$backup"${index} "$temp"; flush "$temp"; mv -f -- "$temp" "$target"
  else ${raw(file.place.kind === 'file' && file.place.stays === true ? sh`:` : sh`rm -f -- "$target"`)}; fi
  flush "$folder"
fi
rm -f -- "$temp"`).reverse(),
    // Comes last: until then it says that either may lie there, and a push that is killed here is no stranger either.
    sh`put_back "$pending" "$state"/pending`,
  ]);
}

/** Forgets what was staged and not made live. */
export function unstageScript(place: PushPlace, files: readonly PushFile[]): Script {
  return join([
    begin(place),
    ...files.map(({ path }, index) => sh`if find_file ${path} ${index}; then rm -f -- "$temp" || :; fi`),
    sh`rm -f -- "$backup"record "$backup"*`,
  ]);
}

/** Says that this node needs nothing more: its Grafana runs on what lies there. */
export function settledScript({ statePath }: PushPlace): Script {
  return sh`rm -f ${statePath}/pending`;
}

/** Adds one line of JSON to the node's audit file, and forgets all but the last backups; what the node is to remember stays. */
export function auditScript(statePath: string, line: string, keep: number): Script {
  return sh`umask 077; mkdir -p ${statePath} && printf '%s\n' ${line} >> ${statePath}/audit.jsonl || exit 1
cd ${statePath}
${raw(readPointers)}
set --
id=
for file in backups/*; do [ "\${file%%.*}" = "$id" ] || { id=\${file%%.*}; set -- "$@" "$id"; }; done
while [ $# -gt ${keep} ]; do case $1.left in "$left" | "$next") ;; *) rm -f -- "$1".record "$1".* ;; esac; shift; done`;
}
