import { execFile, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Answer, parseAnswer } from '../../src/shell/framed-answer.ts';
import { type HostQuestion, hostScript } from '../../src/shell/host-script.ts';
import { parseListener } from '../../src/shell/listeners.ts';
import { peersScript } from '../../src/shell/peers-script.ts';
import { type Shell, shells } from './shells.ts';

describe.each(shells)('the question to a host, in $name', (shell) => {
  const folder = mkdtempSync(join(tmpdir(), 'grafana-ha-host-'));
  const at = (...names: string[]): string => join(folder, ...names);
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string): string => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const question = (change: Partial<HostQuestion> = {}): HostQuestion => ({
    unit: '', user: 'nobody', paths: [], configPath: at('grafana.ini'), places: [], program: at('bin/grafana'), ports: [], provisioning: at('none'), alike: [], ...change,
  });

  it('says which files Grafana\'s user reads and which folders it writes', async () => {
    const open = write(at('open $HOME.ini'), '');
    const shut = write(at('shut.ini'), '');
    mkdirSync(at('own'), { recursive: true });
    mkdirSync(at('deep/er'), { recursive: true });
    chmodSync(folder, 0o755);
    chmodSync(shut, 0o600);
    chmodSync(at('own'), 0o777);
    chmodSync(at('deep'), 0o700);
    const answer = await ask(shell, question({ paths: [open, shut, at('own'), at('deep/er'), at('missing')] }));
    expect(answer.text('access-root')).toBe('0 erw\n1 erw\n2 erw\n3 erw\n4 \n');
    // The setpriv of busybox changes no user: then nothing is known.
    if (isRoot && shell.name !== 'busybox') for (const by of ['plain', 'others']) expect(answer.text(`access-${by}`)).toBe('0 er\n1 e\n2 erw\n3 \n4 \n');
  });

  it('tells the disk of a folder, or of the nearest one that is there', async () => {
    symlinkSync('/proc', at('link'));
    const answer = await ask(shell, question({ places: [{ what: 'data', path: at('not/yet') }, { what: 'logs', path: at('link') }] }));
    expect(answer.text('real')).toBe(`${folder}\n/proc\n`);
    expect(answer.text('space')).toMatch(/^.* \d+ +\d+ +\d+ +\d+% +\/.*\n.* +\/proc\n$/);
    expect(answer.text('file-system')).toMatch(/^\S+ \d+ \d+\nproc 0 0\n$/);
  });

  it('finds who listens, over TCP and UDP, IPv4 and IPv6', async () => {
    const [tcp, udp] = [createServer(), createSocket('udp6')];
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    udp.bind(port, '::1');
    await once(udp, 'listening');
    try {
      const listeners = [...(await ask(shell, question({ ports: [1, port] }))).under('listener')].map(([socket, owner]) => parseListener(socket, owner));
      expect(listeners).toEqual([
        { protocol: 'tcp', address: '127.0.0.1', port, pid: process.pid, parent: process.ppid, program: expect.any(String) as string, ofUnit: false },
        { protocol: 'udp', address: '::1', port, pid: process.pid, parent: process.ppid, program: expect.any(String) as string, ofUnit: false },
      ]);
    } finally {
      tcp.close();
      udp.close();
    }
  });

  it('does not count the listeners of a validate that looks at the same moment', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const listen = peersScript({ layout: { unit: '', status: 'exit 3' }, listen: [{ protocol: 'tcp', at: { host: '127.0.0.1', port } }], expect: [{ protocol: 'tcp', word: 'never said' }], tries: [], seconds: 3 });
    const other = spawn(shell.words[0]!, [...shell.words.slice(1), '-c', listen], { stdio: 'ignore' });
    const ended = once(other, 'exit');
    await vi.waitUntil(() => spawnSync('ss', ['-Hlnt', `sport = :${port}`], { encoding: 'utf8' }).stdout !== '', { timeout: 5_000 });
    expect([...(await ask(shell, question({ ports: [port] }))).under('listener')]).toEqual([]);
    expect(other.exitCode).toBe(null);
    await ended;
  });

  it('hashes what is provisioned without its comments, and the dashboards that a provider names', async () => {
    write(at('p/datasources/a.yaml'), '# ours\napiVersion: 1\n\ndatasources: []\n');
    write(at('q/datasources/a.yaml'), 'apiVersion: 1\n  # theirs\ndatasources: []\n');
    write(at('p/dashboards/b.yaml'), `providers:\n  - options:\n      path: "${at('boards')}" # all of them\n  - options: { foldersFromFilesStructure: true }\n`);
    write(at('boards/deep/one.json'), '{}');
    write(at('boards/notes.txt'), 'no dashboard');
    const first = await ask(shell, question({ provisioning: at('p') }));
    const second = await ask(shell, question({ provisioning: at('q') }));
    const lines = (text = ''): readonly string[] => text.trim().split('\n');
    expect(lines(first.text('provisioning'))).toContain(lines(second.text('provisioning'))[0]);
    expect([...first.under('provisioned')].map(([path, text]) => [path, text.replace(/^[0-9a-f]{64} [ *]/, '').trim()])).toEqual([[at('boards'), at('boards/deep/one.json')]]);
    expect((await ask(shell, question())).text('provisioning')).toBeUndefined();
  });

  it('hashes the files that must be alike, and says where there is none', async () => {
    const same = write(at('ldap.toml'), 'bind_password = "secret"\n');
    const answer = await ask(shell, question({ alike: [{ name: 'auth.ldap.config_file', path: same }, { name: 'auth.jwt.key_file', path: at('gone') }] }));
    expect(answer.text('alike auth.ldap.config_file')).toMatch(/^[0-9a-f]{64}  -\n$/);
    expect(answer.text('alike auth.jwt.key_file')).toBe('');
  });
});

describe('what only some hosts have', () => {
  const folder = mkdtempSync(join(tmpdir(), 'grafana-ha-tools-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const tool = (name: string, ...lines: readonly string[]): void => writeFileSync(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });

  it('asks SELinux where it is enforced', async () => {
    tool('getenforce', 'echo Enforcing');
    tool('matchpathcon', 'echo "$2 has context unconfined_u:object_r:user_home_t:s0, should be system_u:object_r:etc_t:s0"');
    const bash = { name: 'sh', words: ['sh'], environment: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } };
    const asked: HostQuestion = { unit: '', user: '', paths: ['/etc/passwd'], configPath: '', places: [], program: '', ports: [], provisioning: '', alike: [] };
    expect((await ask(bash, asked)).text('label /etc/passwd')).toContain('should be');
    tool('getenforce', 'echo Permissive');
    expect((await ask(bash, asked)).text('label /etc/passwd')).toBeUndefined();
  });
});

const isRoot = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;

/** Not in step with this process, whose sockets it looks for. */
function ask({ words, environment }: Shell, asked: HostQuestion): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(words[0]!, [...words.slice(1), '-c', hostScript(asked)], { env: environment, maxBuffer: 2 ** 24 }, (error, stdout) => (stdout === '' ? reject(error ?? new Error('no answer')) : resolve(parseAnswer(stdout))));
  });
}
