import type { ConnectFailure } from '../world.ts';

/** Sorts the words of a doas that did not give us a root shell: `doas -n`, then doas in a terminal (opendoas 6.8). */
export function doasFailure(user: string, said: string): ConnectFailure {
  const allow = `in /etc/doas.conf, as its last line: permit nopass ${user} as root cmd sh`;
  if (/doas: not found/.test(said)) return { kind: 'sudo-not-allowed', found: 'there is no doas on the host', hint: 'connect as root: root@HOST in [nodes]' };
  if (/Authentication failed/.test(said)) return { kind: 'sudo-wrong-password', found: `doas did not accept the password of ${user}; it was tried once`, hint: '--ask-sudo-password' };
  if (/no script for a terminal/.test(said)) return { kind: 'sudo-not-allowed', found: `doas asks ${user} for a password on a terminal, and the host has no "script" to make one`, hint: allow };
  if (/not permitted|not enabled/.test(said)) return { kind: 'sudo-not-allowed', found: `doas does not allow ${user} a shell as root`, hint: allow };
  if (/Authentication required|tty/.test(said)) return { kind: 'sudo-wants-password', found: `doas asks ${user} for a password`, hint: `--ask-sudo-password on a terminal; without one: ${allow}` };
  return { kind: 'other', found: `doas: ${said.trim().split('\n').at(-1) ?? ''}`, hint: allow };
}
