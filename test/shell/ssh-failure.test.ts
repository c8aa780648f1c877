import { describe, expect, it } from 'vitest';
import { sshFailure } from '../../src/shell/ssh-failure.ts';

const end = (stderr: string, more: { exitCode?: number; stdout?: string } = {}) => ({ target: 'ops@10.0.0.11', exitCode: 255, stdout: '', stderr, ...more });

const changed = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
Offending ED25519 key in /home/ops/.ssh/known_hosts:3\r
Host key for [10.0.0.11]:2222 has changed and you have requested strict checking.\r
Host key verification failed.\r
`;
const refusedByJump = (why: string) => `channel 0: open failed: ${why}\r\nstdio forwarding failed\r\nConnection closed by UNKNOWN port 65535\r\n`;

describe('sshFailure', () => {
  it.each<[string, string, string, string]>([
    ['ssh: Could not resolve hostname graf-a: Name or service not known\r\n', 'unknown-name', 'graf-a does not resolve', 'ssh ops@10.0.0.11'],
    ['ssh: connect to host 10.0.0.11 port 22: Connection refused\r\n', 'refused', 'nothing listens on 10.0.0.11 port 22', 'systemctl status ssh'],
    ['ssh: connect to host 10.0.0.11 port 22: Connection timed out\r\n', 'timeout', '10.0.0.11 port 22 does not answer', 'ssh ops@10.0.0.11'],
    ['ssh: connect to host 10.0.0.11 port 22: Operation timed out\r\n', 'timeout', 'does not answer', 'ssh ops@10.0.0.11'],
    ['ssh: connect to host 10.0.0.11 port 22: No route to host\r\n', 'unreachable', 'No route to host', 'ssh ops@10.0.0.11'],
    ['ssh: connect to host 10.0.0.11 port 22: Network is unreachable\r\n', 'unreachable', 'Network is unreachable', 'ssh ops@10.0.0.11'],
    ['Connection timed out during banner exchange\r\nConnection to 10.0.0.11 port 22 timed out\r\n', 'timeout', 'then no answer', 'ssh ops@10.0.0.11'],
    ['Timeout, server 10.0.0.11 not responding.\r\n', 'timeout', 'then no answer', 'ssh ops@10.0.0.11'],
    [changed, 'host-key-changed', '[10.0.0.11]:2222 has changed', "ssh-keygen -R '[10.0.0.11]:2222'"],
    [changed.replace('/home/ops/.ssh/', '/etc/lab/'), 'host-key-changed', 'has changed', "ssh-keygen -f /etc/lab/known_hosts -R '[10.0.0.11]:2222'"],
    ['ops@10.0.0.11: Permission denied (publickey).\r\n', 'login-refused', 'Permission denied (publickey)', 'ssh-copy-id ops@10.0.0.11'],
    ['ops@10.0.0.11: Permission denied (password).\r\n', 'login-refused', 'Permission denied (password)', 'ssh ops@10.0.0.11'],
    ['me@jump: Permission denied (publickey).\r\nConnection closed by UNKNOWN port 65535\r\n', 'login-refused', 'me@jump is refused', 'ssh-copy-id'],
    ['Received disconnect from 10.0.0.11 port 22:2: Too many authentication failures\r\nDisconnected from 10.0.0.11 port 22\r\n', 'login-refused', 'more keys than', 'IdentitiesOnly yes'],
    ['kex_exchange_identification: read: Connection reset by peer\r\nConnection reset by 10.0.0.11 port 22\r\n', 'refused', 'MaxStartups', 'per_hop'],
    ['kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.0.0.11 port 22\r\n', 'refused', 'MaxStartups', 'per_hop'],
    ['Unable to negotiate with 10.0.0.11 port 22: no matching host key type found. Their offer: ssh-rsa,ssh-dss\r\n', 'other', 'no host key type in common; the host offers ssh-rsa,ssh-dss', 'HostKeyAlgorithms +ssh-rsa'],
    ['Unable to negotiate with 10.0.0.11 port 22: no matching key exchange method found. Their offer: diffie-hellman-group1-sha1\r\n', 'other', 'key exchange method', 'KexAlgorithms +diffie-hellman-group1-sha1'],
    [refusedByJump('administratively prohibited: open failed'), 'refused', 'the jump host does not forward', 'AllowTcpForwarding yes'],
    [refusedByJump('connect failed: Connection refused'), 'unreachable', 'the jump host cannot reach it: Connection refused', 'ssh ops@10.0.0.11'],
    ['/home/ops/.ssh/config: line 3: Bad configuration option: usekeychain\r\n/home/ops/.ssh/config: terminating, 1 bad configuration options\r\n', 'other', 'Bad configuration option: usekeychain', 'ssh_config'],
    ["Can't open user config file /nowhere: No such file or directory\r\n", 'other', '/nowhere', 'ssh_config'],
    ['Host key verification failed.\r\n', 'host-key-unknown', 'not accepted', 'ssh ops@10.0.0.11'],
    ['Authorized use only!\r\nsomething new in ssh 11\r\n', 'other', 'something new in ssh 11', 'ssh ops@10.0.0.11'],
    ['', 'other', 'ended without a word', 'ssh ops@10.0.0.11'],
  ])('sorts %j as %s', (stderr, kind, found, hint) => {
    expect(sshFailure(end(stderr))).toEqual({ kind, found: expect.stringContaining(found), hint: expect.stringContaining(hint) });
  });

  it.each([
    ['nologin', { exitCode: 1, stdout: 'This account is currently not available.\n' }, 'This account is currently not available.'],
    ['a ForceCommand', { exitCode: 0, stdout: 'Welcome to the backup server\n' }, 'Welcome to the backup server'],
    ['a missing shell', { exitCode: 127, stderr: 'sh: command not found\n' }, 'sh: command not found'],
    ['silence', { exitCode: 0 }, 'no shell'],
  ])('lets %s explain itself', (_, more, found) => {
    expect(sshFailure(end('', more))).toMatchObject({ kind: 'no-shell', found: expect.stringContaining(found) });
  });
});
