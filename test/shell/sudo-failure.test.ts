import { describe, expect, it } from 'vitest';
import { sudoFailure } from '../../src/shell/sudo-failure.ts';

const wantsPassword = 'sudo: a password is required\n';
const list = (...rules: readonly string[]) => `${wantsPassword}Matching Defaults entries for ops on vm:\n    env_reset, mail_badpass,\n    use_pty\n\nUser ops may run the following commands on vm:\n${rules.map((rule) => `    ${rule}\n`).join('')}`;
const allow = 'ops ALL=(root) NOPASSWD: /bin/sh';

describe('sudoFailure', () => {
  it.each<[string, string, string, string]>([
    ['a password is wanted', wantsPassword + wantsPassword, 'sudo-wants-password', '--ask-sudo-password'],
    ['a password is wanted, in old words', 'sudo: no tty present and no askpass program specified\n', 'sudo-wants-password', '--ask-sudo-password'],
    ['a password is wanted though some commands need none', list('(ALL) ALL', '(root) NOPASSWD: /usr/bin/systemctl'), 'sudo-wants-password', '--ask-sudo-password'],
    ['a password is wanted for a shell', list('(root) /usr/bin/sh', '(root) NOPASSWD: /usr/bin/systemctl'), 'sudo-wants-password', '--ask-sudo-password'],
    ['single commands are allowed', list('(root) NOPASSWD: /usr/bin/systemctl, /usr/bin/journalctl'), 'sudo-not-allowed', allow],
    ['a shell is not allowed, said after the password', "Sorry, user ops is not allowed to execute '/usr/bin/sh -c id' as root on vm.\n", 'sudo-not-allowed', 'ops ALL=(root) NOPASSWD: /usr/bin/sh'],
    ['the user is unknown to sudo', 'ops is not in the sudoers file.\n', 'sudo-not-allowed', allow],
    ['the password is wrong', 'Sorry, try again.\n\nsudo: no password was provided\nsudo: 1 incorrect password attempt\n', 'sudo-wrong-password', '--ask-sudo-password'],
    ['a terminal is wanted', 'sudo: sorry, you must have a tty to run sudo\n', 'sudo-not-allowed', 'Defaults:ops !requiretty'],
    ['there is none', 'sh: 1: sudo: not found\n', 'sudo-not-allowed', 'root@HOST'],
    ['it says what nobody has heard', 'sudo: /etc/sudo.conf is world writable\n', 'other', allow],
  ])('knows when %s', (_, said, kind, hint) => {
    expect(sudoFailure('ops', said)).toMatchObject({ kind, hint: expect.stringContaining(hint) });
  });
});
