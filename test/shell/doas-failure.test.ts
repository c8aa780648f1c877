import { describe, expect, it } from 'vitest';
import { doasFailure } from '../../src/shell/doas-failure.ts';
import { sudoFailure } from '../../src/shell/sudo-failure.ts';

const allow = 'permit nopass ops as root cmd sh';

describe('doasFailure', () => {
  it.each<[string, string, string, string]>([
    ['a password is wanted', 'doas: Authentication required\n', 'sudo-wants-password', '--ask-sudo-password'],
    ['no rule fits', 'doas: Operation not permitted\n', 'sudo-not-allowed', allow],
    ['it has no rules', 'doas: doas is not enabled, /etc/doas.conf: No such file or directory\n', 'sudo-not-allowed', allow],
    ['the password is wrong', '\r\ndoas: Authentication failed\r\n', 'sudo-wrong-password', '--ask-sudo-password'],
    ['there is none', 'sh: 1: doas: not found\n', 'sudo-not-allowed', 'root@HOST'],
    ['it cannot be given a terminal', 'doas: Authentication required\nno script for a terminal\n', 'sudo-not-allowed', allow],
    ['it says what nobody has heard', 'doas: /etc/doas.conf is writable by group or other\n', 'other', allow],
  ])('knows when %s', (_, said, kind, hint) => {
    expect(doasFailure('ops', said)).toMatchObject({ kind, hint: expect.stringContaining(hint) as string });
  });
});

// dzdo was not run: it comes with an Active Directory agent that is not free. It is sudo's protocol and sudo's words under its own name.
describe('sudoFailure of dzdo', () => {
  it.each([
    ['dzdo: a password is required\n', 'sudo-wants-password', '--ask-sudo-password'],
    ["Sorry, user ops is not allowed to execute '/usr/bin/sh -c id' as root on vm.\n", 'sudo-not-allowed', 'a role for ops with the command sh as root'],
    ['sh: 1: dzdo: not found\n', 'sudo-not-allowed', 'root@HOST'],
    ['dzdo: sorry, you must have a tty to run dzdo\n', 'sudo-not-allowed', 'a role for ops'],
  ])('%j is %s', (said, kind, hint) => {
    const failure = sudoFailure('ops', said, 'dzdo');
    expect(failure).toMatchObject({ kind, hint: expect.stringContaining(hint) as string });
    expect(`${failure.found}${failure.hint}`).not.toMatch(/(?<!ask-)\bsudo|visudo/);
  });
});
