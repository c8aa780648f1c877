import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { becomes } from '../../src/cluster/cluster.ts';
import { framed, frameReader } from '../../src/shell/frame.ts';
import { remoteShell } from '../../src/shell/remote-shell.ts';

const nonce = 'fedcba9876543210';

/** Runs the words on this machine's sh; no ssh, no sudo. */
function converse(input: string | Buffer, environment: Readonly<Record<string, string | undefined>> = {}) {
  return spawnSync('sh', ['-c', remoteShell('MARK', 'none')], { input, maxBuffer: 1e9, env: { ...process.env, ...environment } });
}

function answer(script: string, stdin: string | Buffer = '') {
  const { stdout, stderr } = converse(framed(nonce, script, stdin));
  const out = frameReader(nonce)(stdout);
  const err = frameReader(nonce)(stderr);
  return { exitCode: out?.exitCode, stdout: out?.body.toString(), stderr: err?.body.toString() };
}

describe('remoteShell', () => {
  it.each(becomes)('has nothing a login shell would read otherwise, with become %s', (become) => {
    const parts = remoteShell('MARK', become).split("'");
    expect(parts).toHaveLength(7);
    expect(parts.join('')).not.toMatch(/[!\n\\]/);
  });

  it('says who logged in, then that it is ready', () => {
    const { uid, username } = userInfo();
    expect(converse('', { SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22' }).stdout.toString()).toBe(`MARK login ${uid} ${username} 10.0.0.1 50000 10.0.0.2 22\nMARK ready none\n`);
    expect(converse('', { SSH_CONNECTION: undefined }).stdout.toString()).toBe(`MARK login ${uid} ${username} \nMARK ready none\n`);
  });

  it.each<[string, string, string, object]>([
    ['gives both streams and the exit code', 'echo out; echo err >&2; exit 3', '', { exitCode: 3, stdout: 'out\n', stderr: 'err\n' }],
    ['gives stdin to the script', 'wc -c', 'four', { exitCode: 0, stdout: '4\n' }],
    ['drains stdin nobody read', 'echo', 'x'.repeat(300_000), { exitCode: 0, stdout: '\n' }],
    ['speaks English and finds sbin', 'echo "$LC_ALL" "$PATH" | grep -c "^C .*:/usr/sbin:/sbin"', '', { stdout: '1\n' }],
    ['keeps quotes, newlines and bytes of the script', `printf '%s\n' "it's" '\${x}' ü`, '', { stdout: "it's\n${x}\nü\n" }],
    ['survives a script that does not parse', 'if then', '', { exitCode: 2 }],
  ])('%s', (_, script, stdin, expected) => {
    expect(answer(script, stdin)).toMatchObject(expected);
  });

  it('does not run a script that was cut short', () => {
    const { stdout, status } = converse(`${nonce} 20 0\necho half`);
    expect(stdout.toString()).not.toContain('half');
    expect(status).toBe(1);
  });
});
