import type { Become } from '../cluster/cluster.ts';

// One line without single quote, "!" or newline passes sh, bash, rbash, zsh, fish and csh as login shells.
// The loop is an argument of `sh -c`: dash and busybox swallow the payload when they read a script from stdin.
const exactly = (bytes: string) => `dd bs=65536 iflag=fullblock,count_bytes count="$${bytes}" status=none`;

// The script's length is checked before eval: a cut link would otherwise run half a script.
const loop = [
  'export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"; unset TMOUT; cd /; echo "$0 ready ${1:-none}"; echo "$0 ready" >&2',
  'while read -r n s i',
  `do c=$(${exactly('s')}; echo .); [ "\${#c}" = $((s + 1)) ] || exit 1`,
  `echo "$n>"; echo "$n>" >&2; ${exactly('i')} | { ( eval "\${c%.}" ); r=$?; cat >/dev/null; echo; echo "$n<$r"; echo >&2; echo "$n<$r" >&2; }`,
  'done',
].join('; ');

const login = 'export LC_ALL=C PATH="$PATH:/usr/bin:/usr/local/bin"; unset TMOUT; echo "$0 login $(id -u) $(id -un)"';
const asIs = 'exec sh -c "$1" "$0"';

// After "refused" one line is read: the prompt sudo is to ask with. Nothing else may be sent before that prompt is
// seen: with NOPASSWD or a fresh ticket sudo reads nothing and the root shell would run the password.
const asRoot = 'sudo -n sh -c "$1" "$0" sudo && exit; sudo -n -l >&2; echo "$0 refused"; echo "$0 refused" >&2; read -r p && exec sudo -S -p "$p" sh -c "$1" "$0" sudo';

const words: Readonly<Record<Become, string>> = {
  none: `${login}; ${asIs}`,
  sudo: `${login}; ${asRoot}`,
  auto: `${login}; [ "$(id -u)" = 0 ] && ${asIs}; ${asRoot}`,
};

/**
 * The line a login shell runs to become our kept shell. On stdout it says `MARK login UID USER`, then `MARK ready none|sudo`,
 * or `MARK refused` when `sudo -n` failed; `ready` and `refused` also end what concerns them on stderr.
 */
export function remoteShell(mark: string, become: Become): string {
  return `sh -c '${words[become]}' ${mark} '${loop}'`;
}
