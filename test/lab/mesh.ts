import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab, LabHost } from './lab.ts';
import { programPath } from './provide.ts';
import { answerOf, run, until } from './run.ts';

/*
A real mesh on the lab's hosts: Debian's prometheus-alertmanager, whose gossip Grafana's is. It stands where Grafana would, as the
same unit, with the same ports, and answers /metrics there; what it is told is what the host's Grafana config says, too.
*/

const program = '/usr/local/bin/alertmanager';

/** Puts an Alertmanager into all hosts: this machine's own, or the file that is given. */
export async function installMesh(lab: Lab, file?: string): Promise<void> {
  const path = file ?? await programPath('prometheus-alertmanager');
  if (path === undefined) throw new Error('no prometheus-alertmanager on this machine; as root: apt-get install prometheus-alertmanager');
  const bytes = (await readFile(path)).toString('base64');
  await Promise.all(lab.hosts.map((host) => must(host, `base64 -d > ${program}.new && chmod 755 ${program}.new && mv ${program}.new ${program}
mkdir -p /usr/share/prometheus/alertmanager && touch /usr/share/prometheus/alertmanager/default.tmpl /usr/share/prometheus/alertmanager/email.tmpl`, bytes)));
}

export interface MeshMember {
  /** Label of the process, where this Alertmanager knows labels. */
  readonly label?: string;
  /** Without: a Grafana that nobody told of its peers. */
  readonly peers?: false;
  /** In place of its own. */
  readonly advertise?: string;
}

/** Writes each host's config, starts the mesh and waits until all of them see each other; `apart`: until each answers. */
export async function startMesh(lab: Lab, members: readonly MeshMember[] = [], apart = false): Promise<void> {
  await configureMesh(lab, members);
  await Promise.all(lab.hosts.map((host) => must(host, 'systemctl restart grafana-server')));
  const sign = apart ? /^alertmanager_build_info/m : new RegExp(`^alertmanager_cluster_members ${lab.hosts.length}$`, 'm');
  const isMesh = async (): Promise<boolean> => (await Promise.all(lab.hosts.map(({ exec, address }) => exec(metricsOf(address))))).every(({ stdout }) => sign.test(stdout));
  await until('the mesh', isMesh).catch(async (error: unknown) => {
    const said = await Promise.all(lab.hosts.map(({ exec }) => exec('journalctl -u grafana-server -o cat | grep -i err | tail -n 5')));
    throw new Error(said.map(({ stdout }) => stdout).join('\n'), { cause: error });
  });
}

/** The config of a Grafana that gossips, and the unit that starts an Alertmanager in its place. */
export async function configureMesh({ hosts }: Lab, members: readonly MeshMember[] = []): Promise<void> {
  await Promise.all(hosts.map((host, index) => {
    const { label, peers, advertise = host.address } = members[index] ?? {};
    const at = `${host.address}:9094`;
    const everyone = peers === false ? [] : hosts.map(({ address }) => `${address}:9094`);
    const settings = ['[database]', 'type = postgres', 'host = 127.0.0.1:1', 'name = grafana', '[server]', `http_addr = ${host.address}`, '[unified_alerting]', `ha_listen_address = ${at}`, `ha_advertise_address = ${advertise}:9094`, `ha_peers = ${everyone.join(',')}`, `ha_label = ${label ?? ''}`];
    const words = [
      program, '--config.file=/etc/grafana/am.yml', '--storage.path=/var/lib/grafana/am', `--web.listen-address=${host.address}:3000`, `--cluster.listen-address=${peers === false ? '' : at}`, `--cluster.advertise-address=${advertise}:9094`,
      ...everyone.map((peer) => `--cluster.peer=${peer}`), ...(label === undefined ? [] : [`--cluster.label=${label}`]),
    ];
    return must(host, `printf '%s\\n' ${settings.map((line) => `'${line}'`).join(' ')} > /etc/grafana/grafana.ini
printf 'route: {receiver: nobody}\\nreceivers: [{name: nobody}]\\n' > /etc/grafana/am.yml
mkdir -p /run/systemd/system/grafana-server.service.d /var/lib/grafana/am && chown grafana /var/lib/grafana/am
printf '%s\\n' '[Service]' 'ExecStart=' 'ExecStart=${words.join(' ')}' > /run/systemd/system/grafana-server.service.d/mesh.conf
systemctl daemon-reload`);
  }));
}

export async function stopMesh({ hosts }: Lab): Promise<void> {
  await Promise.all(hosts.map((host) => must(host, 'systemctl stop grafana-server')));
}

/** Rules for what comes in to a host, as nft writes them; none: everything. */
export async function filterPackets(host: LabHost, ...rules: readonly string[]): Promise<void> {
  const [, x, number] = /^10\.97\.(\d+)\.(\d+)$/.exec(host.address) ?? [];
  const table = ['table inet test', 'delete table inet test', ...(rules.length === 0 ? [] : ['table inet test { chain input { type filter hook input priority 0; policy accept;', ...rules, '}', '}'])].join('\n');
  await run(['ip', 'netns', 'exec', `ghalab${x}-${number}`, 'nft', '-f', '-'], { input: `${table}\n` });
}

/** The Alertmanager of Debian 13, which has labels, from this machine's mirror; undefined: it cannot be had. */
export async function fetchLabelledAlertmanager(folder: string): Promise<string | undefined> {
  const place = await mkdtemp(join(folder, 'deb-'));
  const { stdout } = await answerOf(['sh', '-c', `set -e
cd "$0"
mirror=$(awk '/^URIs:/ { print $2; exit } /^deb / { for (i = 2; i <= NF; i++) if ($i ~ /:\\/\\//) { print $i; exit } }' /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null)
fetch() { python3 -c 'import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1], timeout=30).read())' "$1"; }
fetch "$mirror/dists/trixie/main/binary-$(dpkg --print-architecture)/Packages.xz" | xz -dc > packages
file=$(awk '/^Package: / { p = $2 } /^Filename: / && p == "prometheus-alertmanager" { print $2; exit }' packages)
fetch "$mirror/$file" > am.deb
dpkg -x am.deb .
echo "$PWD/usr/bin/prometheus-alertmanager"`, place]);
  return stdout.trim() || undefined;
}

function metricsOf(address: string): string {
  return `python3 -c 'import urllib.request; print(urllib.request.urlopen("http://${address}:3000/metrics", timeout=2).read().decode())' 2>/dev/null`;
}

async function must(host: LabHost, script: string, input?: string): Promise<void> {
  const { exitCode, stderr } = await host.exec(script, input);
  if (exitCode !== 0) throw new Error(`${host.name}: ${script}: ${stderr}`);
}
