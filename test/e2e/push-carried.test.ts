import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { render } from '../../src/commands/render.ts';
import { validate } from '../../src/commands/validate.ts';
import { makeWorld } from '../../src/context.ts';
import { ExitCode } from '../../src/errors.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { ask, packageRoot, pushTo, writeClusterFile } from './push-lab.ts';

const secrets = { database: `p"w'0f#the\\lab;"""`, admin: 'first admin # of "all"' };
const config = '/etc/grafana/grafana.ini';
const token = (serial: number): string => ['{"alg":"ES512"}', JSON.stringify({ sub: 'https://grafana.example.com/', exp: 4_000_000_000, jti: serial }), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
const enterprise = "printf '\\nPackage: grafana-enterprise\\nStatus: install ok installed\\nVersion: 12.2.0\\nArchitecture: all\\nMaintainer: lab\\nDescription: lab\\n' >> /var/lib/dpkg/status; : > /var/lib/dpkg/info/grafana-enterprise.list";

describe('what a push carries', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ strength: 'real', hosts: 2, databases: ['postgres'] });
    await onAll(enterprise);
  });
  afterAll(() => lab.stop());
  beforeEach(async () => {
    await onAll('umount /etc/grafana 2>/dev/null || :');
    await Promise.all(lab.hosts.map((host) => host.reset()));
    await lab.postgres!.dropDatabase('grafana', 'grafana');
    await lab.postgres!.createDatabase('grafana', 'grafana', secrets.database);
  });
  const onAll = (script: string): Promise<string[]> => Promise.all(lab.hosts.map((host) => ask(host, script)));
  const both = (text: string): readonly string[] => [text, text];

  it('license and CA: pushed, left alone, replaced, and kept as a backup', async () => {
    const license = join(lab.folder, 'license.jwt');
    const ca = join(lab.folder, 'own-ca.pem');
    const file = writeClusterFile(lab, secrets, { more: '[license]\npath = license.jwt' });
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^ca_cert = .*/m, 'ca_cert = own-ca.pem'));
    const carry = (serial: number): void => {
      writeFileSync(license, `${token(serial)}\n`);
      writeFileSync(ca, `# ${serial}\n${lab.postgres!.tls.ca}`);
    };
    const onNodes = 'cat /etc/grafana/license.jwt /etc/grafana/certs/database_ca.pem';
    const here = (): string => (readFileSync(license, 'utf8') + readFileSync(ca, 'utf8')).trimEnd();

    carry(1);
    const first = here();
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done });
    expect(await onAll(onNodes)).toEqual(both(first));
    expect(await onAll(`stat -c '%U:%G %a' /etc/grafana/license.jwt /etc/grafana/certs /etc/grafana/certs/*; grep '^license_path' ${config}`)).toEqual(both('root:grafana 640\nroot:grafana 750\nroot:grafana 644\nlicense_path = /etc/grafana/license.jwt'));
    expect(await pushTo(lab, file)).toMatchObject({ stdout: expect.stringContaining('Nothing to change') as string });

    carry(2);
    const before = await onAll(`cat ${config}`);
    const second = await pushTo(lab, file);
    expect(second).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringMatching(/license\.jwt[^]*Roll {2}2 restarts/) as string });
    expect(await onAll(onNodes)).toEqual(both(here()));
    expect(await onAll(`cat ${config}`)).toEqual(before);
    expect(await onAll('cd /var/lib/grafana-ha/backups; last=$(ls *.record | tail -n 1); cat "${last%record}1" "${last%record}0"')).toEqual(both(first));
    expect(await pushTo(lab, file)).toMatchObject({ stdout: expect.stringContaining('Nothing to change') as string });
  });

  it('18, license.newest: a license that a node renewed is left alone, and validate says where it is', async () => {
    const made = (day: string): string => ['{"alg":"ES512"}', JSON.stringify({ sub: 'https://grafana.example.com/', prod: ['grafana-enterprise'], iat: Date.parse(day) / 1000, exp: 4_000_000_000 }), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
    const file = writeClusterFile(lab, secrets, { more: '[license]\ntext = file:license.jwt\nauto_refresh = no' });
    writeFileSync(join(lab.folder, 'license.jwt'), made('2026-01-01'));
    await ask(lab.hosts[1]!, `printf %s ${made('2026-02-01')} > /etc/grafana/license.jwt`);
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done });
    expect(await onAll("cat /etc/grafana/license.jwt; echo; sed -n 's/^auto_refresh_license = //p' /etc/grafana/grafana.ini")).toEqual([`${made('2026-01-01')}\nfalse`, `${made('2026-02-01')}\nfalse`]);
    let text = '';
    const world = makeWorld(packageRoot);
    const screen = { ...world.screen, print: (line: string) => void (text += line), note: () => {}, progress: () => ({ update: () => {}, done: () => {} }) };
    await validate({ ...world, screen }, { file, hostKey: lab.hostKeyFingerprints, json: true, only: 'license.*' });
    const { results } = JSON.parse(text) as { readonly results: readonly { readonly check: string; readonly node?: string; readonly outcome: string }[] };
    expect(results.filter(({ outcome }) => outcome !== 'passed').map(({ check, node, outcome }) => [check, node, outcome])).toEqual([['license.same', undefined, 'warned'], ['license.newest', lab.hosts[1]!.name, 'warned']]);
    expect(text).not.toContain(made('2026-01-01'));
  });

  it('secrets = inline: they stand in the config alone', async () => {
    const file = writeClusterFile(lab, secrets);
    writeFileSync(file, readFileSync(file, 'utf8').replace('name = lab\n', 'name = lab\nsecrets = inline\n'));
    // No form of a line carries """ and a quote before it.
    await lab.postgres!.adminExec(`alter role grafana password 'in#line;"w'`);
    writeFileSync(join(lab.folder, 'database'), 'in#line;"w\n');
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done });
    expect(await onAll(`grep -c '^password = """in#line;"w"""$' ${config}; ls /etc/grafana/secrets 2>/dev/null || :; systemctl is-active grafana-server`)).toEqual(both('1\nactive'));
    expect(await pushTo(lab, file)).toMatchObject({ stdout: expect.stringContaining('Nothing to change') as string });
  });

  it('render --with-secrets writes what the nodes hold, for this user alone', async () => {
    const file = writeClusterFile(lab, secrets);
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done });
    const world = makeWorld(packageRoot);
    const quiet = { ...world, screen: { ...world.screen, print: () => {}, note: () => {} } };
    const output = join(lab.folder, 'rendered');
    const inside = join(output, 'lab-1/secrets');
    const words = { file, output, hostKey: lab.hostKeyFingerprints };
    expect(await render(quiet, words)).toBe(ExitCode.Done);
    expect(existsSync(inside)).toBe(false);
    expect(await render(quiet, { ...words, withSecrets: true })).toBe(ExitCode.Done);
    const written = ['database_password', 'secret_key'].map((name) => readFileSync(join(inside, name), 'utf8')).join('');
    expect(written.trimEnd()).toBe(await ask(lab.hosts[0]!, 'cd /etc/grafana/secrets; cat database_password secret_key'));
    expect([statSync(inside).mode & 0o777, statSync(join(inside, 'secret_key')).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it('a config keeps its ACL, with and without the programs for it, its CRLF and its BOM', async () => {
    await onAll(`setfacl -m u:daemon:r,g:games:r ${config}; { printf '\\357\\273\\277'; sed 's/$/\\r/' ${config}; } > /srv/dos; cat /srv/dos > ${config}`);
    const acl = await onAll(`getfacl -p ${config}`);
    expect(acl[0]).toContain('user:daemon:r--');
    await ask(lab.hosts[1]!, 'mkdir /root/hidden; mv /usr/bin/getfacl /usr/bin/setfacl /root/hidden');
    const pushed = await pushTo(lab, writeClusterFile(lab, secrets));
    await ask(lab.hosts[1]!, 'mv /root/hidden/* /usr/bin; rmdir /root/hidden');
    expect(pushed).toMatchObject({ exitCode: ExitCode.Done });
    expect(await onAll(`getfacl -p ${config}`)).toEqual(acl);
    expect(await onAll(`head -c 3 ${config} | od -An -tx1; [ $(wc -l < ${config}) = $(tr -cd '\\r' < ${config} | wc -c) ] && grep -c '^root_url = https://grafana.example.com/' ${config}`)).toEqual(both(' ef bb bf\n1'));
  });

  it('a config that is no UTF-8 is refused, not mangled', async () => {
    await ask(lab.hosts[1]!, `printf '; caf\\351\\n' >> ${config}`);
    const before = await onAll(`sha256sum ${config}`);
    await expect(pushTo(lab, writeClusterFile(lab, secrets))).rejects.toThrow(/grafana\.ini on lab-2 holds bytes that are no UTF-8/);
    expect(await onAll(`sha256sum ${config}; systemctl is-active grafana-server || :; ls -A /etc/grafana | grep tmp || :`)).toEqual(before.map((sum) => `${sum}\ninactive`));
  });

  it.each([
    ['is read-only', 'mount --bind /etc/grafana /etc/grafana; mount -o remount,bind,ro /etc/grafana', /lab-2: [^]*Read-only file system/],
    ['is full', 'cp -a /etc/grafana /srv/copy; mount -t tmpfs -o size=$(($(du -sk /srv/copy | cut -f1) + 20))k full /etc/grafana; cp -a /srv/copy/. /etc/grafana; rm -r /srv/copy', /lab-2: [^]*No space left/],
  ])('a disk that %s is found before anything is changed anywhere', async (_, spoil, said) => {
    await ask(lab.hosts[1]!, spoil);
    const state = `sha256sum ${config}; find /etc/grafana /var/lib/grafana-ha -name "*.tmp" -o -name lock -o -path "*/backups/*"; systemctl is-active grafana-server || :`;
    const before = await onAll(state);
    // Another check sees the full disk beforehand; here it is the staging that must.
    const pushed = pushTo(lab, writeClusterFile(lab, secrets, { more: '[ignore]\nhost.disk = full on purpose' }));
    await expect(pushed).rejects.toThrow(said);
    await expect(pushed).rejects.toMatchObject({ exitCode: ExitCode.NotAsItShouldBe });
    expect(await onAll(state)).toEqual(before);
  });

  it('warnings are shown before the plan', async () => {
    const pushed = await pushTo(lab, writeClusterFile(lab, secrets), { dryRun: true });
    expect(pushed.exitCode).toBe(ExitCode.Done);
    expect(pushed.stdout).toMatch(/! node\.enabled[^]*systemctl enable grafana-server[^]*Move {2}2 starts/);
  });

  it('a start that takes longer than systemd would wait is waited for, and systemd has its own ways again', async () => {
    await onAll(`mkdir -p /etc/systemd/system/grafana-server.service.d
printf '%s\\n' '[Service]' 'TimeoutStartSec=1' 'ExecStartPre=/bin/sleep 3' > /etc/systemd/system/grafana-server.service.d/slow.conf
systemctl daemon-reload`);
    expect(await pushTo(lab, writeClusterFile(lab, secrets))).toMatchObject({ exitCode: ExitCode.Done });
    expect(await onAll('systemctl show -p TimeoutStartUSec -p Restart -p NRestarts -p ActiveState grafana-server | sort; ls /run/systemd/system/grafana-server.service.d 2>/dev/null || :')).toEqual(both('ActiveState=active\nNRestarts=0\nRestart=on-failure\nTimeoutStartUSec=1s'));
  });

  it('a lock that somebody left is told as such, and not taken over', async () => {
    await onAll(`mkdir -p /var/lib/grafana-ha/lock; echo '4194304 1' > /var/lib/grafana-ha/lock/session
echo '{"id":"20270104T100000Z-ab12","who":"eve","from":"desk","since":"2027-01-04T10:00:00Z","doing":"push (roll) to lab-1"}' > /var/lib/grafana-ha/lock/holder`);
    const file = writeClusterFile(lab, secrets);
    const pushed = pushTo(lab, file);
    await expect(pushed).rejects.toThrow(/lab-1: eve from desk, since 2027-01-04T10:00:00Z, .*push 20270104T100000Z-ab12\. Its ssh session is gone/);
    await expect(pushed).rejects.toMatchObject({ exitCode: ExitCode.NotAsItShouldBe, hint: 'grafana-ha push --break-lock' });
    expect(await pushTo(lab, file, { breakLock: true })).toMatchObject({ exitCode: ExitCode.Done });

    const { userName: who, hostName: from } = makeWorld(packageRoot).local;
    const own = JSON.stringify({ id: '20270104T110000Z-cd34', who, from, since: '2027-01-04T11:00:00Z', doing: 'push (roll) to lab-1' });
    await Promise.all(lab.hosts.map((host) => host.exec(`mkdir /var/lib/grafana-ha/lock; cd /var/lib/grafana-ha/lock; echo '4194304 1' > session; cat > holder; touch /etc/grafana/.grafana-ha-20270104T110000Z-cd34.0.tmp`, `${own}\n`)));
    expect(await pushTo(lab, file, { dryRun: true })).toMatchObject({ stdout: expect.stringContaining('Nothing to change') as string, stderr: expect.not.stringContaining('takes it over') as string });
    expect(await pushTo(lab, file)).toMatchObject({ exitCode: ExitCode.Done, stdout: expect.stringContaining('Nothing to change') as string, stderr: expect.stringMatching(/Your push 20270104T110000Z-cd34 of .* takes it over/) as string });
    expect(await onAll('ls -A /etc/grafana /var/lib/grafana-ha | grep -E "tmp|lock" || :')).toEqual(both(''));
  });
});
