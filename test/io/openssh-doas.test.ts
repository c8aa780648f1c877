import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connected, failed, sshWith, target } from './ssh-world.ts';
import { makePerson, makeTestFolder, makeUsers, startSshd, type Sshd } from './sshd.ts';

const folder = makeTestFolder();
const person = makePerson(folder);
const config = person.config('config');
const rules = '/etc/doas.conf';
const before = existsSync(rules) ? readFileSync(rules) : undefined;
const shells = ['/bin/bash', '/bin/dash', '/usr/bin/fish', '/usr/bin/tcsh'];
const nameOf = (shell: string) => `gha-doas-${shell.split('/').at(-1)}`;
let sshd: Sshd;
let users: ReturnType<typeof makeUsers>;

beforeAll(async () => {
  users = makeUsers([...shells.map((shell) => ({ name: nameOf(shell), shell })), { name: 'gha-doas-free' }, { name: 'gha-doas-single' }, { name: 'gha-doas-nobody' }]);
  writeFileSync(rules, [...shells.map((shell) => `permit ${nameOf(shell)} as root`), 'permit nopass gha-doas-free as root', 'permit nopass gha-doas-single as root cmd systemctl', ''].join('\n'), { mode: 0o600 });
  sshd = await startSshd(folder, person.publicKey);
  person.trusts(sshd);
});

afterAll(async () => {
  await sshd.stop();
  if (before === undefined) rmSync(rules);
  else writeFileSync(rules, before);
  users.remove();
  rmSync(folder, { recursive: true });
});

const nodes = (user: string, count = 1) => Array.from({ length: count }, (_, index) => target(`graf-${'ab'[index]}`, user, sshd.port, 'doas'));

describe('doas', () => {
  it('needs no password where its rule says nopass', async () => {
    const [outcome] = await sshWith().connect(nodes('gha-doas-free'), { config });
    expect(connected(outcome).login).toEqual({ user: 'gha-doas-free', become: 'doas' });
    expect(await connected(outcome).run(`id -un; echo ${'x'.repeat(300_000)}`)).toEqual({ exitCode: 0, stdout: `root\n${'x'.repeat(300_000)}\n`, stderr: '' });
    await connected(outcome).close();
  });

  it.each(shells.map(nameOf))('gets the password through a terminal of its own, once for all nodes, and our bytes around it: %s', async (user) => {
    const ssh = sshWith(['password']);
    const outcomes = await ssh.connect(nodes(user, 2), { config, askSudoPassword: true });
    const bytes = '\x03\x04\r\n\x1a'.repeat(10_000);
    for (const outcome of outcomes) {
      // The newline that doas writes after the password goes through the terminal, and may come late.
      expect(await connected(outcome).run(`id -un; printf %s '${bytes}'; echo err >&2`)).toEqual({ exitCode: 0, stdout: `root\n${bytes}`, stderr: expect.stringMatching(/^\r?\n?err\n$/) as string });
      await connected(outcome).close();
    }
    expect(ssh.questions).toHaveLength(1);
    await vi.waitUntil(() => sshd.sessions() === 0, { timeout: 10_000 });
  });

  it('tries a wrong password once, on one node', async () => {
    const outcomes = await sshWith(['wrong']).connect(nodes('gha-doas-bash', 2), { config, askSudoPassword: true });
    expect(outcomes.map((outcome) => failed(outcome).kind)).toEqual(['sudo-wrong-password', 'sudo-wrong-password']);
    expect(outcomes.filter((outcome) => failed(outcome).found.startsWith('not tried'))).toHaveLength(1);
  });

  it.each([
    ['gha-doas-bash', 'sudo-wants-password', '--ask-sudo-password'],
    ['gha-doas-single', 'sudo-not-allowed', 'permit nopass gha-doas-single as root cmd sh'],
    ['gha-doas-nobody', 'sudo-not-allowed', 'permit nopass gha-doas-nobody as root cmd sh'],
  ])('that does not let %s in is %s, and the next thing to type is named', async (user, kind, hint) => {
    const [outcome] = await sshWith().connect(nodes(user), { config });
    expect(failed(outcome)).toMatchObject({ kind, hint: expect.stringContaining(hint) as string });
  });

  it('lets a shell in with the very line that the hint names', async () => {
    const [refusal] = await sshWith().connect(nodes('gha-doas-single'), { config });
    writeFileSync(rules, `${readFileSync(rules, 'utf8')}${/last line: (.*)$/.exec(failed(refusal).hint)?.[1]}\n`);
    const [outcome] = await sshWith().connect(nodes('gha-doas-single'), { config });
    expect(connected(outcome).login.become).toBe('doas');
    await connected(outcome).close();
  });
});
