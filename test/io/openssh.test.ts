import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeConnection } from '../../src/world.ts';
import { connected, failed, sshWith, target } from './ssh-world.ts';
import { makePerson, makeTestFolder, makeUsers, startSshd, type Sshd } from './sshd.ts';

const sshProgram = execFileSync('which', ['ssh'], { encoding: 'utf8' }).trim();
const shells = ['/bin/bash', '/bin/dash', '/bin/rbash', '/usr/bin/fish', '/usr/bin/tcsh'];
const nameOf = (shell: string) => `gha-${shell.split('/').at(-1)}`;

const folder = makeTestFolder();
/** ssh's options for a proxy that does this first. */
function throughProxy(script: string): readonly string[] {
  writeFileSync(`${folder}/proxy.cjs`, "const [, , host, port] = process.argv;\nprocess.stdin.pipe(require('node:net').connect(Number(port), host)).pipe(process.stdout);\n");
  writeFileSync(`${folder}/proxy`, `${script}\nexec ${process.execPath} ${folder}/proxy.cjs "$@"\n`);
  return [`ProxyCommand sh ${folder}/proxy %h %p`];
}
const person = makePerson(folder);
const config = person.config('config');
let sshd: Sshd;
let users: ReturnType<typeof makeUsers>;

beforeAll(async () => {
  users = makeUsers([
    ...shells.map((shell) => ({ name: nameOf(shell), shell, sudoers: `${nameOf(shell)} ALL=(ALL) NOPASSWD: ALL` })),
    { name: 'gha-noisy', shell: '/bin/bash', sudoers: 'gha-noisy ALL=(ALL) NOPASSWD: ALL' },
    { name: 'gha-nologin', shell: '/usr/sbin/nologin' },
  ]);
  writeFileSync('/home/gha-noisy/.bashrc', 'echo "Welcome to the $(hostname)"; printf "no newline" ; echo "careful" >&2; export TMOUT=1\n');
  sshd = await startSshd(folder, person.publicKey);
  person.trusts(sshd);
});

afterAll(async () => {
  await sshd.stop();
  users.remove();
  rmSync(folder, { recursive: true });
});

async function withConnection<Answer>(user: string, use: (node: NodeConnection) => Promise<Answer>): Promise<Answer> {
  const [outcome] = await sshWith().connect([target('graf-a', user, sshd.port)], { config });
  const node = connected(outcome);
  try {
    return await use(node);
  } finally {
    await node.close();
  }
}

describe('a kept shell', () => {
  it('is root without sudo for root', () => withConnection('root', async (node) => {
    expect(node.login).toEqual({ user: 'root', become: 'none' });
    expect(await node.run('id -u; echo err >&2; exit 3')).toEqual({ exitCode: 3, stdout: '0\n', stderr: 'err\n' });
  }));

  it.each([...shells.map(nameOf), 'gha-noisy'])('is root through sudo for %s, whatever the login shell', (user) => withConnection(user, async (node) => {
    expect(node.login).toEqual({ user, become: 'sudo' });
    expect(await node.run(`id -u; printf '%s\\n' "it's" '!$x'; cat`)).toEqual({ exitCode: 0, stdout: "0\nit's\n!$x\n", stderr: '' });
  }));

  it.each(['root', 'gha-bash'])('carries 5 MB up and down for %s', (user) => withConnection(user, async (node) => {
    const up = randomBytes(2_500_000).toString('hex');
    const sum = await node.run(`printf %s ${up} | sha256sum`);
    expect(sum.stdout.split(' ')[0]).toBe(createHash('sha256').update(up).digest('hex'));
    const down = await node.run(`yes 12345678 | head -c 5000000`);
    expect(down.stdout.length).toBe(5_000_000);
    expect((await node.run('echo still here')).stdout).toBe('still here\n');
  }));

  it('runs one script after the other, in the order they were given', () => withConnection('root', async (node) => {
    const answers = await Promise.all([1, 2, 3, 4].map((number) => node.run(`echo ${number}`)));
    expect(answers.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n', '4\n']);
  }));

  it('closes the connection when a script takes too long, and says so again to who comes later', () => withConnection('root', async (node) => {
    await expect(node.run('sleep 60', { timeoutMs: 200 })).rejects.toThrow('graf-a: no answer within');
    await expect(node.run('true')).rejects.toThrow('graf-a: no answer within');
  }));

  it('rejects when the connection dies under a script', () => withConnection('root', async (node) => {
    await expect(node.run('kill -9 $PPID')).rejects.toThrow('graf-a: the connection was lost');
  }));

  it('leaves no folder behind', async () => {
    const folders = () => readdirSync('/tmp').filter((name) => name.includes(`-${process.pid}-`) && name.startsWith('gha-'));
    await withConnection('root', async () => expect(folders()).toHaveLength(1));
    expect(folders()).toEqual([]);
  });
});

describe('connect', () => {
  it('gives one outcome a target, in order, and tells why one failed', async () => {
    const outcomes = await sshWith().connect([
      target('a', 'root', sshd.port), target('b', 'root', 1), target('c', 'gha-nologin', sshd.port), target('d', 'nobody-here', sshd.port),
      { ...target('e', 'root', 22), target: { text: 'no.such.host.invalid', host: 'no.such.host.invalid' } },
    ], { config });
    expect(outcomes.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(outcomes.slice(1).map((outcome) => failed(outcome).kind)).toEqual(['refused', 'no-shell', 'login-refused', 'unknown-name']);
    expect(failed(outcomes[2]).found).toContain('This account is currently not available');
    await connected(outcomes[0]).close();
  });

  it('says that there is no ssh', async () => {
    const { PATH } = process.env;
    symlinkSync('/usr/bin/mkfifo', `${folder}/mkfifo`);
    process.env['PATH'] = folder;
    try {
      const [outcome] = await sshWith().connect([target('a', 'root', sshd.port)], { config });
      expect(failed(outcome)).toMatchObject({ kind: 'other', hint: 'sudo apt-get install openssh-client' });
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  it('does without the options that an older ssh does not know', async () => {
    const old = `${folder}/old`;
    const newer = 'stdinnull|forkafterauthentication|sessiontype';
    mkdirSync(old);
    writeFileSync(`${old}/ssh`, `#!/bin/sh
case $1 in -G) ${sshProgram} "$@" | grep -vE '^(${newer}) '; exit;; esac
for word; do
  if printf %s "$word" | grep -qiE '^(${newer})='; then echo "command-line: line 0: Bad configuration option: $word" >&2; exit 255; fi
done
exec ${sshProgram} "$@"
`, { mode: 0o755 });
    const { PATH } = process.env;
    process.env['PATH'] = `${old}:${PATH}`;
    try {
      const [outcome] = await sshWith().connect([target('a', 'root', sshd.port)], { config });
      expect((await connected(outcome).run('echo ok')).stdout).toBe('ok\n');
      await connected(outcome).close();
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  it('gives a way through a slow proxy the time that it takes, which it learns when its own limit ended the first try', async () => {
    const log = `${folder}/proxied`;
    const slow = person.config('slow', throughProxy(`echo >> ${log}; sleep 12`));
    const [outcome] = await sshWith().connect([target('a', 'root', sshd.port)], { config: slow });
    expect((await connected(outcome).run('echo ok')).stdout).toBe('ok\n');
    await connected(outcome).close();
    expect(readFileSync(log, 'utf8')).toBe('\n\n');
  });

  it('does not wait for what a proxy left behind with the stderr of ssh', async () => {
    const pid = `${folder}/left`;
    const leaving = person.config('leaving', throughProxy(`sleep 60 <&- >&- & echo $! > ${pid}`));
    const [outcome] = await sshWith().connect([target('a', 'root', sshd.port)], { config: leaving });
    const left = Number(readFileSync(pid, 'utf8'));
    await connected(outcome).close();
    expect(readFileSync(`/proc/${left}/cmdline`, 'utf8')).toBe('sleep\x0060\0');
    process.kill(left);
  });

  it('stands above what the user set against it', async () => {
    const against = person.config('against', ['RequestTTY force', 'RemoteCommand false', 'StdinNull yes', 'ForkAfterAuthentication yes', 'SessionType none', 'LogLevel QUIET', 'BatchMode yes', 'ControlMaster auto', `ControlPath ${folder}/theirs`]);
    const [outcome] = await sshWith().connect([target('a', 'root', sshd.port)], { config: against });
    expect((await connected(outcome).run('echo ok')).stdout).toBe('ok\n');
    await connected(outcome).close();
    expect(existsSync(`${folder}/theirs`)).toBe(false);
  });
});
