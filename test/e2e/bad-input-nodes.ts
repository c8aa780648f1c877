import { readFileSync, writeFileSync } from 'node:fs';
import { fileWords, initWords, secrets, type BadInput, type Scene } from './bad-input-lab.ts';

const sound = (text: string): string => text;
const third = (target: string) => (text: string): string => text.replace('lab-3 = lab-3', `lab-3 = ${target}`);
const validate = (only: string, ...more: readonly string[]) => (scene: Scene): readonly string[] => fileWords(scene, 'validate', '--only', only, ...more);

/** Runs a script on the second host, and the other one afterwards. */
const second = (script: string, undo: string) => async ({ hosts: [, host] }: Scene) => {
  await host.exec(script);
  return () => host.exec(undo);
};

/** Puts something else into the person's known_hosts for a while. */
const knownHosts = (change: (old: string) => string) => ({ lab }: Scene) => {
  const old = readFileSync(lab.knownHosts, 'utf8');
  writeFileSync(lab.knownHosts, change(old));
  return Promise.resolve(() => writeFileSync(lab.knownHosts, old));
};

const otherKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBnzU1P7vLrnNMEHYzW3l8Z1fHq1yC2nQdWc0g1xkXQe';
const token = (claims: object): string => ['{"alg":"RS256"}', JSON.stringify({ prod: ['grafana-enterprise'], ...claims }), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
const later = Date.UTC(2100, 0) / 1000;
const licensed = (text: string): string => `${text}[license]\npath = license.jwt\n`;
const license = (text: string) => (scene: Scene) => Promise.resolve(scene.put('license.jwt', text));

const enterprise = second(
  "cp /var/lib/dpkg/status /root/status; printf '\\nPackage: grafana-enterprise\\nStatus: install ok installed\\nVersion: 12.2.0\\nArchitecture: all\\nMaintainer: lab\\nDescription: lab\\n' >> /var/lib/dpkg/status",
  'mv /root/status /var/lib/dpkg/status',
);
const withoutTerminal = (title: string, flag: string, change: Parameters<typeof initWords>[1], before?: BadInput['before']): BadInput => ({
  title: `init: no terminal and no ${title}`, words: (scene) => initWords(scene, { 'admin-password': 'env:ADMIN', 'yes': undefined, ...change }), ...(before === undefined ? {} : { before }),
  exitCode: 2, found: new RegExp(`^There is no terminal to ask ".*", and no --${flag} was given\\.$`, 'm'), next: new RegExp(`^ {2}Add --${flag}\\b`, 'm'),
});
const gossip = { gossip: ['lab-1=10.0.0.1', 'lab-2=10.0.0.2', 'lab-3=10.0.0.3'] };

/** What is wrong with the way to the nodes, or on them. */
export const badNodes: readonly BadInput[] = [
  withoutTerminal('database', 'dsn', { dsn: undefined }),
  withoutTerminal('database name', 'dsn', { dsn: 'postgres://grafana@db' }),
  withoutTerminal('database password', 'db-password', { 'db-password': undefined }),
  withoutTerminal('shared URL', 'root-url', { 'root-url': undefined }),
  withoutTerminal("first admin's password", 'admin-password', { 'admin-password': undefined }),
  withoutTerminal('gossip addresses', 'gossip', {}),
  withoutTerminal('cluster name', 'name', gossip),
  withoutTerminal('license', 'license', gossip, enterprise),
  withoutTerminal('word about SQLite', 'leave-sqlite', {}, second('echo x > /var/lib/grafana/grafana.db', 'rm /var/lib/grafana/grafana.db')),

  { title: 'init: no terminal, and a cluster file that answers all but one', file: sound, words: (scene) => fileWords(scene, 'init'), exitCode: 2, found: /no --admin-password was given/, next: /Add --admin-password SOURCE, or --yes/ },

  { title: 'ssh: unknown host keys', file: sound, before: knownHosts(() => ''), words: () => ['validate', '--only', 'node.ssh'], exitCode: 3, found: /the host key of lab-2 is not known: ED25519 SHA256:/, next: /--host-key SHA256:/ },
  { title: 'ssh: unknown host keys, and another check asked for', file: sound, before: knownHosts(() => ''), words: () => ['validate', '--only', 'database.login'], exitCode: 3, found: /the host key of lab-2 is not known/, next: /--host-key SHA256:/ },
  { title: 'init: unknown host keys', before: knownHosts(() => ''), words: (scene) => initWords(scene, { 'host-key': undefined }), exitCode: 3, found: /lab-3: the host key of lab-3 is not known/, next: /(compare .*--host-key SHA256:\S+\n[^]*){3}/ },
  { title: 'ssh: a changed host key', file: sound, before: knownHosts((old) => `${old.replaceAll(/^lab-3 .*\n/gm, '')}lab-3 ${otherKey}\n`), words: validate('node.ssh'), exitCode: 3, found: /the host key of lab-3 has changed/, next: /ssh-keygen -f .* -R lab-3/ },
  { title: 'push: a changed host key', file: sound, before: knownHosts((old) => `${old.replaceAll(/^lab-3 .*\n/gm, '')}lab-3 ${otherKey}\n`), words: (scene) => fileWords(scene, 'push', '--yes'), exitCode: 3, found: /Nothing was changed[^]*the host key of lab-3 has changed/, next: /ssh-keygen -f .* -R lab-3[^]*Again {4}grafana-ha push/ },
  { title: 'ssh: nobody at that address', file: (text, { lab }) => third(lab.hosts[0]!.address.replace(/\d+$/, '99'))(text), words: validate('node.ssh'), exitCode: 3, found: /\.99 port 22 cannot be reached: No route to host/, next: /type {6}ssh -F \S+ 10\./ },
  { title: 'ssh: a refused port', file: third('lab-3:2222'), words: validate('node.ssh'), exitCode: 3, found: /nothing listens on \S+ port 2222/, next: /sudo systemctl status ssh/ },
  { title: 'ssh: a name that does not resolve', file: third('nowhere.invalid'), words: validate('node.ssh'), exitCode: 3, found: /nowhere\.invalid does not resolve/, next: /ssh -F \S+ nowhere\.invalid/ },
  { title: 'ssh: a refused key', file: third('eve@lab-3'), words: validate('node.ssh'), exitCode: 3, found: /ssh asked "eve@lab-3's password" and got no answer/, next: /ssh-copy-id -F \S+ eve@lab-3/ },
  { title: 'sudo: a password is wanted', file: third('asks@lab-3'), words: validate('node.root'), exitCode: 3, found: /sudo asks asks for a password/, next: /--ask-sudo-password on a terminal; without one: visudo/ },
  { title: 'sudo: a password is wanted, and there is no terminal', file: third('asks@lab-3'), words: validate('node.root', '--ask-sudo-password'), exitCode: 3, found: /sudo asks asks for a password/, next: /on a terminal; without one: visudo/ },
  { title: 'sudo: single commands only', file: third('single@lab-3'), words: validate('node.root'), exitCode: 3, found: /sudo allows single single commands only, not a shell/, next: /single ALL=\(root\) NOPASSWD: \/bin\/sh/ },
  { title: 'init: sudo wants a password', words: (scene) => initWords(scene, { node: ['asks@lab-1', 'asks@lab-2'] }), exitCode: 3, found: /asks@lab-1, asks@lab-2: sudo asks asks for a password/, next: /--ask-sudo-password/ },

  { title: 'cluster file: one node only', file: (text) => text.replaceAll(/^lab-[23].*\n/gm, ''), words: validate('cluster.*,gossip.*'), exitCode: 3, found: /1 node: lab-1/, next: /NAME = user@host under \[nodes\]/ },
  { title: 'cluster file: one host under two names', file: third('LAB-2'), words: validate('cluster.addresses'), exitCode: 3, found: /lab-2 and lab-3 are both LAB-2/, next: /another target under \[nodes\]/ },
  { title: 'node: GF_DATABASE_URL beats the config', file: sound, before: second(`echo 'GF_DATABASE_URL=postgres://eve:${encodeURIComponent(secrets.ON_NODE)}@elsewhere/grafana' >> /etc/default/grafana-server`, 'sed -i /GF_/d /etc/default/grafana-server'), words: validate('node.shadowed'), exitCode: 3, found: /GF_DATABASE_URL \(\/etc\/default\/grafana-server:\d+\) decides \[database\] url: secret [0-9a-f]{6}/, next: /ssh -t -F \S+ lab-2 sudoedit \/etc\/default\/grafana-server/ },
  { title: 'push: a GF_ variable holds a password', file: sound, before: second(`printf '%s\\n' 'GF_DATABASE_HOST=elsewhere' 'GF_DATABASE_PASSWORD=${secrets.ON_NODE}' >> /etc/default/grafana-server`, 'sed -i /GF_/d /etc/default/grafana-server'), words: (scene) => fileWords(scene, 'push', '--yes', '--json'), exitCode: 3, found: /"found": "GF_DATABASE_HOST \([^"]*GF_DATABASE_PASSWORD \(/, next: /"hint": "ssh -t -F \S+ lab-2 sudoedit/ },
  { title: 'node: a config that does not parse', file: sound, before: second(`printf '%s\\n' '[database' 'password = """${secrets.ON_NODE}"""' >> /etc/grafana/grafana.ini`, 'cp -p /opt/lab/grafana/grafana.ini /etc/grafana/'), words: (scene) => fileWords(scene, 'push', '--yes'), exitCode: 3, found: /found {5}\/etc\/grafana\/grafana\.ini, line \d+: the section header has no closing \]/, next: /ssh -t -F \S+ lab-2 sudoedit \/etc\/grafana\/grafana\.ini/ },
  { title: 'node: a config whose password has no end', file: sound, before: second(`printf '%s\\n' '[database]' 'password = """${secrets.ON_NODE}' >> /etc/grafana/grafana.ini`, 'cp -p /opt/lab/grafana/grafana.ini /etc/grafana/'), words: validate('node.config'), exitCode: 3, found: /found {5}\/etc\/grafana\/grafana\.ini, line \d+: the quote that opens the value of password is never closed/, next: /sudoedit \/etc\/grafana\/grafana\.ini/ },
  { title: 'node: no Grafana there', file: sound, before: second('mount -t tmpfs none /usr/share/grafana; mv /usr/sbin/grafana-server /root/', 'umount /usr/share/grafana; mv /root/grafana-server /usr/sbin/'), words: validate('node.grafana'), exitCode: 3, found: /no Grafana that says its version on lab-2/, next: /apt-get install grafana/ },

  { title: 'push: a part of a move', file: sound, words: (scene) => fileWords(scene, 'push', '--yes', '--nodes', 'lab-1', '--admin-password', 'env:ADMIN'), exitCode: 3, found: /changes the database, the secret_key, the label or the Redis of alerting.*lab-2, lab-3 would stay behind/, next: /Push to all nodes: grafana-ha push/ },
  { title: "push: no first admin's password", file: sound, words: (scene) => fileWords(scene, 'push', '--yes'), exitCode: 2, found: /first admin's password for the empty database is missing/, next: /--admin-password env:NAME/ },
  { title: 'push: no terminal and no --yes', file: sound, words: (scene) => fileWords(scene, 'push', '--admin-password', 'env:ADMIN'), exitCode: 2, found: /no terminal to ask "Push this plan\?"; nothing was changed/, next: /grafana-ha push --yes/ },
  { title: 'render: the output folder cannot be made', file: sound, before: (scene) => Promise.resolve(scene.put('a-file', '')), words: (scene) => fileWords(scene, 'render', '--output', 'a-file/there'), exitCode: 3, found: /a-file\/there\/\S+ cannot be written: a part of its path is a file/, next: /ls -ld \S+\/a-file$/m },
  { title: 'init: the cluster file cannot be written', before: (scene) => Promise.resolve(scene.put('a-file', '')), words: (scene) => initWords(scene, { 'file': 'a-file/there.ini', 'admin-password': 'env:ADMIN' }), exitCode: 3, found: /a-file\/there\.ini cannot be (read|written): a part of its path is a file/, next: /ls -ld \S+\/a-file$/m },

  { title: 'license: expired', file: licensed, before: license(token({ sub: 'https://grafana.example.com/', exp: 1 })), words: validate('license.token'), exitCode: 3, found: /token expired 1970-01-01/, next: /grafana\.com, to \S+license\.jwt/ },
  { title: 'license: for another URL', file: licensed, before: license(token({ sub: 'https://other.example.com/', exp: later })), words: validate('license.token'), exitCode: 3, found: /a license for https:\/\/other\.example\.com\/ \(host differs, from character 9/, next: /download the token of https:\/\/grafana\.example\.com\// },
  { title: 'license: not there', file: licensed, words: validate('license.token'), exitCode: 3, found: /there is no file \S+license\.jwt/, next: /path = PATH under \[license\]/ },
  { title: 'license: no token', file: licensed, before: license('hello\n'), words: validate('license.token'), exitCode: 3, found: /1 part with dots between them/, next: /download the token/ },
  { title: 'init: an expired license', before: license(token({ sub: 'https://grafana.example.com/', exp: 1 })), words: (scene) => initWords(scene, { license: 'license.jwt' }), exitCode: 3, found: /The license does not fit: token expired 1970-01-01/, next: /grafana\.com/ },
  { title: 'init: a license for another URL', before: license(token({ sub: 'https://other.example.com/', exp: later })), words: (scene) => initWords(scene, { license: 'license.jwt' }), exitCode: 3, found: /The license does not fit: a license for https:\/\/other/, next: /grafana\.com/ },
  { title: 'init: a license that is not there', words: (scene) => initWords(scene, { license: 'license.jwt' }), exitCode: 2, found: /--license: there is no file \S+license\.jwt/i, next: /--license PATH|Type the path of the license token/ },
];
