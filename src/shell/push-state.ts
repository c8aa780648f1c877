import { firstWord, framing, parseAnswer } from './framed-answer.ts';
import type { Answer } from './framed-answer.ts';
import { raw, sh } from './quote.ts';
import type { Script } from './quote.ts';

/** Sets `left` and `next` to the notes that `pushed` and `pending` point to, empty for none. */
export const readPointers = sh`left=; [ ! -s pushed ] || read -r left < pushed
next=; [ ! -s pending ] || read -r _ next < pending`;

/** Asks for what earlier pushes left in the state folder of a node. */
export function stateFolderScript(statePath: string): Script {
  return sh`${raw(framing)}cd ${statePath} 2>/dev/null || exit 0
for f in pending key; do [ ! -f "$f" ] || { put "$f"; cat "$f"; }; done
${raw(readPointers)}
[ "$next" != "$left" ] || next=
put_left() { [ ! -f "$2" ] || { IFS= read -r files; put "$1/files"; printf '%s\n' "$files"; put "$1/config"; cat; } < "$2"; }
put_left pushed "$left"
put_left interrupted "$next"`;
}

export interface StateFolder {
  /** What an interrupted push left to finish. */
  readonly pending: string;
  /** Of stored fingerprints; absent: no push has made one yet. */
  readonly key?: string;
  /** What the last push left whose files all went live. */
  readonly pushed?: StoredNote;
  /** What one was to leave that was killed while it changed the files. */
  readonly interrupted?: StoredNote;
}

export interface StoredNote {
  readonly config: string;
  /** What it left beside it, as one line. */
  readonly files: string;
}

/** Reads the answer to `stateFolderScript`. */
export function readState(stdout: string): StateFolder {
  const answer = parseAnswer(stdout);
  const key = answer.text('key')?.trim();
  return {
    pending: firstWord(answer.text('pending')) ?? '',
    ...(key === undefined || key === '' ? {} : { key }),
    ...storedNote('pushed', answer),
    ...storedNote('interrupted', answer),
  };
}

function storedNote(name: 'pushed' | 'interrupted', answer: Answer): Pick<StateFolder, 'pushed' | 'interrupted'> {
  const files = answer.text(`${name}/files`);
  return files === undefined ? {} : { [name]: { config: answer.text(`${name}/config`) ?? '', files } };
}

/** Keeps this key unless the node has one, and prints the one it has. */
export function keepKeyScript(statePath: string, key: string): Script {
  return sh`set -eu
umask 077
mkdir -p ${statePath}
chmod 0700 ${statePath}
cd ${statePath}
printf '%s\n' ${key} > key.$$.tmp
if [ -s key ]; then rm -f key.$$.tmp; else mv -f key.$$.tmp key; fi
cat key`;
}

/** Remembers a config as it lies there as the one that a push left, if it still is the one with this hash; `files`: what it left beside it, as one line. `locked`: by this push; else nothing is done while another is at work. */
export function rememberScript(statePath: string, config: { readonly path: string; readonly sha256: string }, files: string, { locked }: { readonly locked: boolean }): Script {
  return sh`set -eu
umask 077
cd ${statePath}
${raw(locked ? sh`:` : sh`[ ! -d lock ] || exit 0`)}
left=$(mktemp remembered.XXXXXX)
{ printf '%s\n' ${files}; cat ${config.path}; } > "$left"
if [ "$(tail -n +2 "$left" | sha256sum | cut -d' ' -f1)" = ${config.sha256} ]; then
  printf '%s\n' "$left" > pushed
else left=; [ ! -s pushed ] || read -r left < pushed; fi
for old in remembered.*; do [ "$old" = "$left" ] || rm -f -- "$old"; done`;
}
