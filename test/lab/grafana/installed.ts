import { appendFile, chmod, chown, cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../run.ts';
import { environmentFile, packageStatus, serverWrapper, unitFile } from './package-files.ts';
import type { Program } from './program.ts';

/** User and group id of grafana in the base image. */
export const grafanaId = 472;

/** Lays Grafana out under `layer` as its Debian package does; `base` is the file system that the layer goes on top of. */
export async function installPackage(layer: string, base: string, program: Program): Promise<void> {
  const put = async (path: string, text: string, mode = 0o644, group = 0) => {
    const at = join(layer, path);
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, text);
    await chmod(at, mode);
    await chown(at, 0, group);
  };
  await put('etc/grafana/grafana.ini', program.sample, 0o640, grafanaId);
  for (const kind of ['access-control', 'alerting', 'dashboards', 'datasources', 'plugins']) {
    await put(`etc/grafana/provisioning/${kind}/sample.yaml`, 'apiVersion: 1\n', 0o640, grafanaId);
  }
  await put('etc/default/grafana-server', environmentFile);
  await put('usr/lib/systemd/system/grafana-server.service', unitFile);
  await put('usr/sbin/grafana-server', serverWrapper, 0o755);
  for (const path of ['var/lib/grafana', 'var/log/grafana']) {
    await mkdir(join(layer, path), { recursive: true });
    await chown(join(layer, path), grafanaId, grafanaId);
  }
  await mkdir(join(layer, 'opt/lab'), { recursive: true });
  await run(['cp', '-a', join(layer, 'etc/grafana'), join(layer, 'etc/default/grafana-server'), join(layer, 'opt/lab')]);
  await mkdir(join(layer, 'usr/share/grafana'), { recursive: true }); // the home folder is mounted here
  await mkdir(join(layer, 'var/lib/dpkg/info'), { recursive: true });
  await cp(join(base, 'var/lib/dpkg/status'), join(layer, 'var/lib/dpkg/status'));
  await appendFile(join(layer, 'var/lib/dpkg/status'), `\n${packageStatus(program.version)}`);
  await put('var/lib/dpkg/info/grafana.list', '/etc/grafana/grafana.ini\n/usr/sbin/grafana-server\n');
}

/** A script that takes a host back to the freshly installed, stopped package, whose files `/opt/lab` keeps. */
export const resetScript = `set -e
systemctl disable --quiet --now grafana-server 2>/dev/null || true
rm -rf /etc/grafana /var/lib/grafana-ha /etc/systemd/system/grafana-server.service.d /run/systemd/system/grafana-server.service.d
find /var/lib/grafana /var/log/grafana -mindepth 1 -delete
cp -a /opt/lab/grafana /etc/grafana
cp -a /opt/lab/grafana-server /etc/default/grafana-server
systemctl daemon-reload
systemctl reset-failed grafana-server 2>/dev/null || true
journalctl --quiet --rotate --vacuum-size=1 2>/dev/null || true`;
