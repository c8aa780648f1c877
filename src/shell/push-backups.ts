import { firstWord, framing, parseAnswer } from './framed-answer.ts';
import { raw, sh } from './quote.ts';
import type { Script } from './quote.ts';

/** Asks which pushes left a backup on a node, and how the last 200 pushes ended. */
export function listBackupsScript(statePath: string): Script {
  return sh`${raw(framing)}cd ${statePath} 2>/dev/null || exit 0
for f in backups/*.record; do [ ! -f "$f" ] || { id=\${f#backups/}; put "record \${id%.record}"; head -n 1 "$f"; }; done
[ ! -f audit.jsonl ] || { put audit; tail -n 200 audit.jsonl; }`;
}

/** What `listBackupsScript` prints: one record a backup, by the id of its push, and the lines of the audit. */
export interface BackupList {
  readonly records: ReadonlyMap<string, string>;
  readonly audit: readonly string[];
}

export function readBackupList(stdout: string): BackupList {
  const answer = parseAnswer(stdout);
  return { records: answer.under('record'), audit: (answer.text('audit') ?? '').split('\n').filter((line) => line !== '') };
}

/** Asks for the files in these backups, and what lies in their places now. */
export function readBackupsScript(statePath: string, ids: readonly string[]): Script {
  return sh`${raw(framing)}cd ${statePath}/backups || exit 1
for id in ${ids}; do
  [ -f "$id.record" ] || continue
  i=0
  tail -n +4 "$id.record" | while IFS= read -r target; do
    [ ! -f "$target" ] || { put "now $id $i"; sha256sum < "$target"; }
    [ ! -f "$id.$i" ] || {
      put "content $id $i"; cat "$id.$i"
      put "hash $id $i"; sha256sum < "$id.$i"
      put "owner $id $i"; stat -c '%U:%G 0%a' "$id.$i"
    }
    i=$((i + 1))
  done
done`;
}

/** One file of a backup. */
export interface BackedUp {
  /** Which file of its push it is, from 0. */
  readonly index: number;
  /** As it was before the push; absent: there was nothing. */
  readonly content?: { readonly text: string; readonly sha256: string; readonly owner: string; readonly mode: string };
  /** Hash of what lies there now; absent: nothing does. */
  readonly now?: string;
}

/** Reads the answer to `readBackupsScript`: the files of each push, by its id; `files`: how many that push had. */
export function readBackups(stdout: string, ids: readonly { readonly id: string; readonly files: number }[]): ReadonlyMap<string, readonly BackedUp[]> {
  const answer = parseAnswer(stdout);
  return new Map(ids.map(({ id, files }) => [id, Array.from({ length: files }, (_, index): BackedUp => {
    const about = (what: string): string | undefined => answer.text(`${what} ${id} ${index}`);
    const text = about('content');
    const [owner = '', mode = ''] = (about('owner') ?? '').trim().split(' ');
    const now = firstWord(about('now'));
    return { index, ...(text === undefined ? {} : { content: { text, sha256: firstWord(about('hash')) ?? '', owner, mode } }), ...(now === undefined ? {} : { now }) };
  })]));
}
