import type { ConnectFailure } from '../world.ts';

/** Sorts the words of a sudo or dzdo that did not give us a root shell: `sudo -n`, the list of `sudo -n -l`, then `sudo -S`. */
export function sudoFailure(user: string, said: string, program: 'sudo' | 'dzdo' = 'sudo'): ConnectFailure {
  const failure = sorted(user, said.replace(/\bdzdo:/g, 'sudo:'));
  if (program === 'sudo') return failure;
  // The rules of dzdo are roles in Active Directory, not lines of a file.
  const hint = failure.hint.startsWith('visudo') ? `in Access Manager: a role for ${user} with the command sh as root` : failure.hint.replace(/ on a terminal; without one: .*/, '');
  return { ...failure, found: failure.found.replace(/\bsudo\b/g, 'dzdo'), hint };
}

function sorted(user: string, said: string): ConnectFailure {
  const shell = /not allowed to execute '(\/\S+)/.exec(said)?.[1] ?? '/bin/sh';
  const allow = `visudo -f /etc/sudoers.d/grafana-ha, with the line: ${user} ALL=(root) NOPASSWD: ${shell}`;
  if (/must have a tty/.test(said)) {
    return { kind: 'sudo-not-allowed', found: `sudo wants a terminal (requiretty)`, hint: `visudo -f /etc/sudoers.d/grafana-ha, with the line: Defaults:${user} !requiretty` };
  }
  if (/sudo: .*not found|No such file/.test(said)) {
    return { kind: 'sudo-not-allowed', found: 'there is no sudo on the host', hint: 'connect as root: root@HOST in [nodes]' };
  }
  if (/Sorry, try again|incorrect password/.test(said)) {
    return { kind: 'sudo-wrong-password', found: `sudo did not accept the password of ${user}; it was tried once`, hint: '--ask-sudo-password' };
  }
  if (/not in the sudoers file|may not run sudo/.test(said)) return { kind: 'sudo-not-allowed', found: `${user} may not use sudo`, hint: allow };
  if (/is not allowed to execute/.test(said) || onlySingleCommands(said)) {
    return { kind: 'sudo-not-allowed', found: `sudo allows ${user} single commands only, not a shell`, hint: allow };
  }
  if (/password is required|no password was provided|no tty present/.test(said)) {
    return { kind: 'sudo-wants-password', found: `sudo asks ${user} for a password`, hint: `--ask-sudo-password on a terminal; without one: ${allow}` };
  }
  return { kind: 'other', found: `sudo: ${said.trim().split('\n').at(-1) ?? ''}`, hint: allow };
}

/** Whether `sudo -n -l` lists rules, and none of them covers a shell. */
function onlySingleCommands(said: string): boolean {
  const rules = said.split('\n').filter((line) => /^ +\(.+\) /.test(line));
  return rules.length > 0 && !rules.some((rule) => /\bALL$|\/sh\b/.test(rule.trim()));
}
