import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { becomes } from '../../src/cluster/cluster.ts';
import { framed, frameReader } from '../../src/shell/frame.ts';
import { remoteShell } from '../../src/shell/remote-shell.ts';
import { shells } from './shells.ts';

const nonce = 'fedcba9876543210';

const scratch = mkdtempSync(join(tmpdir(), 'sh-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The PATH of a node whose sh is that shell. */
function pathWith({ name, environment }: (typeof shells)[number]): string {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'sh'), { force: true });
  symlinkSync(spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim(), join(folder, 'sh'));
  return `${folder}:${environment['PATH']}`;
}

/** Runs the words on this machine's sh; no ssh, no sudo. */
function converse(input: string, environment: Readonly<Record<string, string | undefined>> = {}) {
  return spawnSync('sh', ['-c', remoteShell('MARK', 'none')], { input, maxBuffer: 1e9, env: { ...process.env, ...environment } });
}

/** What a script says, without what the shell said when it was ready. */
function answer(script: string, environment: Readonly<Record<string, string>>) {
  const { stdout, stderr } = converse(framed(nonce, script), environment);
  const read = (bytes: Buffer) => frameReader(nonce)(bytes.subarray(bytes.indexOf('\n', bytes.indexOf('MARK ready')) + 1));
  const [out, err] = [read(stdout), read(stderr)];
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

  describe.each(shells)('where sh is $name', (shell) => {
    const environment = { PATH: pathWith(shell) };

    it.each<[string, string, object]>([
      ['is that shell', 'readlink /proc/$$/exe', { stdout: expect.stringContaining(shell.name) as string }],
      ['gives both streams and the exit code', 'echo out; echo err >&2; exit 3', { exitCode: 3, stdout: 'out\n', stderr: 'err\n' }],
      ['gives the script an empty stdin', 'wc -c', { exitCode: 0, stdout: '0\n' }],
      ['speaks English and finds sbin', 'echo "$LC_ALL" "$PATH" | grep -c "^C .*:/usr/sbin:/sbin"', { stdout: '1\n' }],
      ['keeps quotes, newlines and bytes of the script', `printf '%s\n' "it's" '\${x}' ü`, { stdout: "it's\n${x}\nü\n" }],
      ['carries much', `printf %s ${'x'.repeat(300_000)} | wc -c`, { stdout: '300000\n' }],
      ['survives a script that does not parse', 'if then', { exitCode: 2 }],
    ])('%s', (_, script, expected) => {
      expect(answer(script, environment)).toMatchObject(expected);
    });

    it('reads on after a script that does not parse', () => {
      expect(converse(framed('1', 'if then') + framed(nonce, 'echo next'), environment).stdout.toString()).toContain(`next\n\n${nonce}<0\n`);
    });

    it('does not run a script that was cut short', () => {
      const whole = framed(nonce, 'echo half; echo more');
      for (let length = 0; length < whole.indexOf(')'); length++) {
        expect(converse(whole.slice(0, length), environment).stdout.toString()).not.toContain('half');
      }
    });
  });
});
