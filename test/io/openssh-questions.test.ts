import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectOutcome, ConnectTarget } from '../../src/world.ts';
import { connected, failed, sshWith, target } from './ssh-world.ts';
import { makePerson, makeTestFolder, makeUsers, startSshd, type Sshd } from './sshd.ts';

const folder = makeTestFolder();
const person = makePerson(folder);
const passphrase = ' open \\n "sesame" %s ';
const locked = makePerson(folder, passphrase);
const config = person.config('config');
let sshds: readonly Sshd[];
let users: ReturnType<typeof makeUsers>;

beforeAll(async () => {
  users = makeUsers([{ name: 'gha-asked', sudoers: 'gha-asked ALL=(ALL) NOPASSWD: ALL' }]);
  const keys = person.publicKey + locked.publicKey;
  sshds = [await startSshd(folder, keys), await startSshd(folder, keys), await startSshd(folder, keys, ['LoginGraceTime 1']), await startSshd(folder, keys, ['PasswordAuthentication yes', 'PubkeyAuthentication no'])];
});

beforeEach(() => person.trusts());

afterAll(async () => {
  await Promise.all(sshds.map((sshd) => sshd.stop()));
  users.remove();
  rmSync(folder, { recursive: true });
});

const node = (index: number, user = 'root') => target(`graf-${index}`, user, sshds[index]!.port);
const alias = (name: string): ConnectTarget => ({ name, become: 'auto', target: { text: name, host: name } });
const closeAll = (outcomes: readonly ConnectOutcome[]) => Promise.all(outcomes.map((outcome) => connected(outcome).close()));

/** An ssh_config in which `graf-N` is reached through `jump`, which is the first sshd. */
function jumpConfig(): string {
  const hosts = sshds.map(({ port }, index) => [`Host graf-${index}`, 'HostName 127.0.0.1', `Port ${port}`, 'User root', 'ProxyJump jump']);
  return person.config('jump', ['Host jump', 'HostName 127.0.0.1', `Port ${sshds[0]!.port}`, 'User root', ...hosts.flat()]);
}

describe('unknown host keys', () => {
  it('of all nodes are shown together and asked for once', async () => {
    const ssh = sshWith([true]);
    await closeAll(await ssh.connect([node(0), node(1), node(1)], { config }));
    expect(ssh.questions).toEqual(['Trust these 2?']);
    expect(ssh.notes).toHaveLength(1);
    for (const sshd of sshds.slice(0, 2)) expect(ssh.notes[0]).toContain(`[127.0.0.1]:${sshd.port} ED25519 ${sshd.fingerprint}`);
    expect(readFileSync(person.knownHosts, 'utf8').split('\n').length).toBeGreaterThan(2);
  });

  it('that are declined stop those nodes alone', async () => {
    person.trusts(sshds[1]!);
    const [unknown, known] = await sshWith([false]).connect([node(0), node(1)], { config });
    expect(failed(unknown)).toMatchObject({ kind: 'host-key-unknown', hint: expect.stringContaining(`--host-key ${sshds[0]!.fingerprint}`) });
    await connected(known).close();
    expect(readFileSync(person.knownHosts, 'utf8')).not.toContain(sshds[0]!.hostKey);
  });

  it('are a failure that names the fingerprint when there is no terminal', async () => {
    const [outcome] = await sshWith().connect([node(0)], { config });
    expect(failed(outcome)).toMatchObject({ kind: 'host-key-unknown', found: expect.stringContaining(sshds[0]!.fingerprint), hint: expect.stringContaining('--host-key SHA256:') });
  });

  it('are accepted when their fingerprint was given, and no others', async () => {
    const [given, other] = await sshWith().connect([node(0), node(1)], { config, hostKeys: [sshds[0]!.fingerprint] });
    expect(failed(other).kind).toBe('host-key-unknown');
    await connected(given).close();
  });

  it('of a jump host are asked for too, however few may log in through it at once', async () => {
    const ssh = sshWith([true, true]);
    await closeAll(await ssh.connect([alias('graf-0'), alias('graf-1'), alias('graf-1')], { config: jumpConfig(), perHop: 2 }));
    expect(ssh.notes[0]).toContain(sshds[0]!.fingerprint);
    expect(ssh.notes[1]).toContain(sshds[1]!.fingerprint);
    expect(ssh.questions).toHaveLength(2);
  });

  it('may be compared for longer than the host waits', async () => {
    const hungUp = () => sshds[2]!.sessions() === 0;
    const ssh = sshWith([() => vi.waitUntil(hungUp, { timeout: 20_000 })]);
    await closeAll(await ssh.connect([node(2)], { config }));
    expect(ssh.questions).toEqual(['Trust it?']);
  });
});

describe('a changed host key', () => {
  it('is refused without a question, and the way out is named', async () => {
    writeFileSync(person.knownHosts, `[127.0.0.1]:${sshds[0]!.port} ${sshds[1]!.hostKey}\n`);
    const [outcome] = await sshWith([]).connect([node(0)], { config, hostKeys: [sshds[0]!.fingerprint] });
    expect(failed(outcome)).toMatchObject({ kind: 'host-key-changed', hint: expect.stringContaining(`ssh-keygen -f ${person.knownHosts} -R '[127.0.0.1]:${sshds[0]!.port}'`) });
  });
});

describe('a key with a passphrase', () => {
  it('is asked for once for all nodes', async () => {
    locked.trusts(...sshds);
    const ssh = sshWith([passphrase]);
    await closeAll(await ssh.connect([node(0), node(1)], { config: locked.config('config') }));
    expect(ssh.questions).toEqual([expect.stringContaining(`Enter passphrase for key '${locked.key}'`)]);
  });

  it('is named when nobody can be asked', async () => {
    locked.trusts(...sshds);
    const [outcome] = await sshWith().connect([node(0)], { config: locked.config('config') });
    expect(failed(outcome)).toMatchObject({ kind: 'login-refused', hint: `ssh-add ${locked.key}` });
  });
});

describe('a password', () => {
  it('of the login is asked for each node, and tried once', async () => {
    person.trusts(...sshds);
    const right = sshWith(['password']);
    await closeAll(await right.connect([node(3, 'gha-asked')], { config }));
    expect(right.questions).toEqual([expect.stringMatching(/^graf-3: .*password/i)]);
    const wrong = sshWith(['wrong']);
    expect(failed((await wrong.connect([node(3, 'gha-asked')], { config }))[0]).kind).toBe('login-refused');
    expect(wrong.questions).toHaveLength(1);
  });
});
