import { describe, expect, it } from 'vitest';
import { isKeyOf, parseSshQuestion, type HostKeyQuestion } from '../../src/shell/ssh-question.ts';

const fingerprint = 'SHA256:q1Zf8sLmVb0x+/abcdefghijklmnopqrstuvwxyz012';
const hostKey = (more: { is?: string; choices?: string } = {}) => `The authenticity of host '[10.0.0.11]:2222 ([10.0.0.11]:2222)' can't be established.
ED25519 key fingerprint ${more.is ?? 'is'} ${fingerprint}.
This key is not known by any other names.
Are you sure you want to continue connecting (${more.choices ?? 'yes/no/[fingerprint]'})? `;

describe('parseSshQuestion', () => {
  it.each([
    ['OpenSSH 9', hostKey(), fingerprint],
    ['OpenSSH 10.1', hostKey({ is: 'is:' }), fingerprint],
    ['OpenSSH 7', hostKey({ choices: 'yes/no' }), 'yes'],
  ])('reads the host key question of %s', (_, text, answer) => {
    expect(parseSshQuestion(text)).toEqual({ kind: 'host-key', host: '[10.0.0.11]:2222', type: 'ED25519', fingerprint, answer });
  });

  it.each([
    ["Enter passphrase for key '/home/ops/.ssh/id_ed25519': ", "Enter passphrase for key '/home/ops/.ssh/id_ed25519'"],
    ["ops@10.0.0.11's password: ", "ops@10.0.0.11's password"],
    ['(ops@10.0.0.11) Verification code: ', '(ops@10.0.0.11) Verification code'],
    ["The authenticity of host 'x' can't be established, in words of the future? ", "The authenticity of host 'x' can't be established, in words of the future?"],
  ])('takes %j for a secret', (text, shown) => {
    expect(parseSshQuestion(text)).toEqual({ kind: 'secret', text: shown });
  });
});

describe('isKeyOf', () => {
  const question = (host: string): HostKeyQuestion => ({ kind: 'host-key', host, type: 'ED25519', fingerprint, answer: 'yes' });
  const settings = new Map([['hostname', '10.0.0.11'], ['port', '22']]);

  it.each<[string, boolean]>([['10.0.0.11', true], ['[10.0.0.11]:2222', true], ['jump.example.com', false]])('for %s is %s', (host, expected) => {
    expect(isKeyOf(question(host), settings)).toBe(expected);
  });

  it('knows a host by its alias', () => {
    expect(isKeyOf(question('graf-a'), new Map([...settings, ['hostkeyalias', 'graf-a']]))).toBe(true);
  });
});
