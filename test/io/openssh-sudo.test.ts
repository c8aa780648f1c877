import { appendFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connected, failed, sshWith, target } from './ssh-world.ts';
import { makePerson, makeTestFolder, makeUsers, startSshd, type Sshd } from './sshd.ts';

const folder = makeTestFolder();
const person = makePerson(folder);
const config = person.config('config');
let sshds: readonly Sshd[];
let users: ReturnType<typeof makeUsers>;

beforeAll(async () => {
  users = makeUsers([
    { name: 'gha-password', sudoers: 'Defaults:gha-password timestamp_timeout=0\ngha-password ALL=(ALL) ALL' },
    { name: 'gha-mixed', sudoers: 'gha-mixed ALL=(ALL) ALL\ngha-mixed ALL=(root) NOPASSWD: /usr/bin/systemctl' },
    { name: 'gha-single', sudoers: 'gha-single ALL=(root) NOPASSWD: /usr/bin/systemctl' },
    { name: 'gha-line', sudoers: 'gha-line ALL=(root) NOPASSWD: /usr/bin/systemctl' },
    { name: 'gha-tty', sudoers: 'Defaults:gha-tty requiretty\ngha-tty ALL=(ALL) NOPASSWD: ALL' },
    { name: 'gha-nobody' },
  ]);
  sshds = [await startSshd(folder, person.publicKey), await startSshd(folder, person.publicKey), await startSshd(folder, person.publicKey)];
  person.trusts(...sshds);
});

afterAll(async () => {
  await Promise.all(sshds.map((sshd) => sshd.stop()));
  users.remove();
  rmSync(folder, { recursive: true });
});

const nodes = (user: string, count = 1) => sshds.slice(0, count).map(({ port }, index) => target(`graf-${'abc'[index]}`, user, port));

describe('sudo', () => {
  it.each([
    ['gha-password', 'sudo-wants-password', '--ask-sudo-password'],
    ['gha-mixed', 'sudo-wants-password', '--ask-sudo-password'],
    ['gha-single', 'sudo-not-allowed', 'gha-single ALL=(root) NOPASSWD: /bin/sh'],
    ['gha-tty', 'sudo-not-allowed', 'Defaults:gha-tty !requiretty'],
  ])('that does not let %s in is %s, and the next thing to type is named', async (user, kind, hint) => {
    const [outcome] = await sshWith().connect(nodes(user), { config });
    expect(failed(outcome)).toMatchObject({ kind, hint: expect.stringContaining(hint) });
  });

  it('is not used when the cluster file says none', async () => {
    const [outcome] = await sshWith().connect(nodes('gha-nobody').map((node) => ({ ...node, become: 'none' as const })), { config });
    expect(connected(outcome).login).toEqual({ user: 'gha-nobody', become: 'none' });
    expect((await connected(outcome).run('id -un')).stdout).toBe('gha-nobody\n');
    await connected(outcome).close();
  });

  it.each(['gha-password', 'gha-mixed'])('password of %s is asked once for all nodes, and not again later', async (user) => {
    const ssh = sshWith(['password']);
    for (const _ of ['first', 'later']) {
      const outcomes = await ssh.connect(nodes(user, 3), { config, askSudoPassword: true });
      for (const outcome of outcomes) {
        expect(await connected(outcome).run(`id -u; echo ${'x'.repeat(100_000)}`)).toMatchObject({ exitCode: 0, stdout: `0\n${'x'.repeat(100_000)}\n` });
        await connected(outcome).close();
      }
    }
    expect(ssh.questions).toEqual([`sudo password for ${user} on 3 nodes`]);
  });

  it('password that is wrong is tried once, on one node, and asked anew the next time', async () => {
    const ssh = sshWith(['wrong', 'password']);
    const outcomes = await ssh.connect(nodes('gha-password', 3), { config, askSudoPassword: true });
    expect(outcomes.map((outcome) => failed(outcome).kind)).toEqual(Array(3).fill('sudo-wrong-password'));
    expect(outcomes.filter((outcome) => failed(outcome).found.startsWith('not tried'))).toHaveLength(2);
    const [again] = await ssh.connect(nodes('gha-password'), { config, askSudoPassword: true });
    await connected(again).close();
    expect(ssh.questions).toHaveLength(2);
  });

  it('that refuses a shell lets it in with the very line that the hint names', async () => {
    const [refusal] = await sshWith().connect(nodes('gha-line'), { config });
    const line = /with the line: (.*)$/.exec(failed(refusal).hint)?.[1];
    appendFileSync('/etc/sudoers.d/gha-line', `${line}\n`);
    const [outcome] = await sshWith().connect(nodes('gha-line'), { config });
    expect(connected(outcome).login).toEqual({ user: 'gha-line', become: 'sudo' });
    expect((await connected(outcome).run('id -un')).stdout).toBe('root\n');
    await connected(outcome).close();
  });

  it('that knows nothing of the user says so after the password', async () => {
    const [outcome] = await sshWith(['password']).connect(nodes('gha-nobody'), { config, askSudoPassword: true });
    expect(failed(outcome)).toMatchObject({ kind: 'sudo-not-allowed', hint: expect.stringContaining('gha-nobody ALL=(root) NOPASSWD') });
  });

  it('password is sent nowhere when sudo does not ask for it', async () => {
    const ssh = sshWith(['password']);
    const [outcome] = await ssh.connect(nodes('root'), { config, askSudoPassword: true });
    await connected(outcome).close();
    expect(ssh.questions).toEqual([]);
  });
});
