import type { Become } from '../cluster/cluster.ts';

// One line without single quote, "!" or newline passes sh, bash, rbash, zsh, fish and csh as login shells. The shell that
// stays is one that reads scripts from its stdin by itself, which costs no process a script.
const stay = 'export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"; unset TMOUT; cd /; echo "$0 ready ${1:-none}"; echo "$0 ready" >&2; exec sh';

// Each process that a login starts is started on every node. Who owns / is root, and sshd says the name;
// else one `id` says both: uid=1000(ops) gid=…
const login = 'export LC_ALL=C PATH="$PATH:/usr/bin:/usr/local/bin"; unset TMOUT; if [ -O / ]; then i="uid=0(${LOGNAME:-root})"; else i=$(id); fi; '
  + 'i=${i%% *}; u=${i#uid=}; u=${u%%[(]*}; i=${i#*[(]}; echo "$0 login $u ${i%[)]} $SSH_CONNECTION"';
const asIs = '{ l=$1; set --; eval "$l"; }';

// After "refused" one line is read: the prompt sudo is to ask with. Nothing else may be sent before that prompt is
// seen: with NOPASSWD or a fresh ticket sudo reads nothing and the root shell would run the password.
const through = (program: 'sudo' | 'dzdo') => `${program} -n sh -c "$1" "$0" ${program} && exit; ${program} -n -l >&2; ${refused(program)}; read -r p && exec ${program} -S -p "$p" sh -c "$1" "$0" ${program}`;
const refused = (program: string) => `echo "$0 refused ${program}"; echo "$0 refused ${program}" >&2`;

// doas asks on a terminal alone (opendoas 6.8: readpassphrase with RPP_REQUIRE_TTY). util-linux and busybox have `script`,
// which makes one: the password goes through it, our streams go around it. The line that is read first says to ask.
const throughDoas = `doas -n sh -c "$1" "$0" doas && exit; ${refused('doas')}; command -v script >/dev/null || { echo "no script for a terminal" >&2; exit 1; }; `
  + 'read -r p && export L="$1" M="$0" SHELL=/bin/sh && exec 3<&0 4>&1 5>&2 && { read -r x; printf %s "$x"; echo; } <&3 | script -qec "$2" /dev/null >&5';
const inTerminal = 'doas sh -c "$L" "$M" doas <&3 >&4 2>&5';

const has = (program: string) => `command -v ${program} >/dev/null`;
const words: Readonly<Record<Become, string>> = {
  none: `${login}; ${asIs}`,
  sudo: `${login}; ${through('sudo')}`,
  dzdo: `${login}; ${through('dzdo')}`,
  doas: `${login}; ${throughDoas}`,
  auto: `${login}; [ "$u" = 0 ] && ${asIs}; if ${has('sudo')}; then ${through('sudo')}; elif ${has('dzdo')}; then ${through('dzdo')}; elif ${has('doas')}; then ${throughDoas}; else ${through('sudo')}; fi`,
};

/**
 * The line a login shell runs to become our kept shell. On stdout it says `MARK login UID USER` with the addresses of the login, then `MARK ready` with how it
 * became root (`none`, `sudo`, …), or `MARK refused` with what refused it; `ready` and `refused` also end what concerns them on stderr.
 */
export function remoteShell(mark: string, become: Become): string {
  return `sh -c '${words[become]}' ${mark} '${stay}' '${inTerminal}'`;
}
