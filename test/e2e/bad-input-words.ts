import { mkdirSync } from 'node:fs';
import { fileWords, initWords, secrets, type BadInput } from './bad-input-lab.ts';

type Row<Given> = readonly [title: string, given: Given, found: RegExp, next: RegExp];

const flags: readonly Row<Parameters<typeof initWords>[1]>[] = [
  ['a password in --dsn', { dsn: `postgres://grafana:${encodeURIComponent(secrets.IN_URL)}@db/grafana` }, /^--dsn: the URL holds a password/m, /--db-password env:NAME/],
  ['a password in --dsn whose scheme is missing', { dsn: `grafana:${secrets.IN_URL}@db/grafana` }, /^--dsn: this does not begin with postgres:\/\//m, /Type postgres:\/\/USER@HOST:PORT\/NAME/],
  ['a password in --dsn with a bare #', { dsn: `postgres://grafana:${secrets.IN_URL}@db/grafana` }, /^--dsn: an @ was found after the host/m, /# as %23/],
  ['a password among the parameters of --dsn', { dsn: `postgres://db/grafana?password=${encodeURIComponent(secrets.IN_URL)}` }, /^--dsn: password was found among the parameters/m, /USER@ before the host/],
  ['a --dsn of another engine', { dsn: 'sqlite:///var/lib/grafana.db' }, /^--dsn: sqlite:\/\/ is not a database/m, /postgres:\/\//],
  ['a --dsn with a parameter that Grafana has not', { dsn: 'postgres://grafana@db/grafana?connect_timeout=5' }, /parameter connect_timeout has no setting/, /Leave out connect_timeout=/],
  ['a --dsn that may fall back to plain text', { dsn: 'postgres://grafana@db/grafana?sslmode=prefer' }, /sslmode=prefer has no exact match/, /verify-full/],
  ['a --dsn of a reader', { dsn: 'postgres://grafana@x.cluster-ro-abc.rds.amazonaws.com/grafana' }, /is a reader endpoint/, /writer endpoint/],
  ['a --dsn with port 99999', { dsn: 'postgres://grafana@db:99999/grafana' }, /port 99999 is not a number from 1 to 65535/, /Type a port/],
  ['a node with port 99999', { node: ['a=a:99999', 'b=b'] }, /^--node: port 99999/m, /Type a port/],
  ['a gossip port 99999', { 'gossip-port': '99999' }, /^--gossip-port: port 99999/m, /Type a port/],
  ['a node named twice', { node: ['a=one', 'b=one'] }, /^--node: b=one is named twice/m, /Name each host once/],
  ['a name given twice', { node: ['a=one', 'a=two'] }, /^--node: two nodes are called a/m, /its own name/],
  ['one node only', { node: ['a=one'] }, /^--node: one host was named, and a cluster has two or more/m, /Type all of them/],
  ['a password in a node', { node: [`eve:${secrets.IN_URL}@one`, 'two'] }, /^--node: a colon was found before the @/m, /ssh asks for it, or uses your keys/],
  ['an option of ssh as a node', { node: ['a=-oProxyCommand=x', 'b=two'] }, /is an option of ssh, not a host/, /ssh config/],
  ['a shared URL without a scheme', { 'root-url': 'grafana.example.com' }, /^--root-url: "grafana.example.com" has no https:\/\//m, /such as https:\/\/grafana.example.com/],
  ['a shared URL with a password', { 'root-url': `https://eve:${encodeURIComponent(secrets.IN_URL)}@grafana.example.com` }, /^--root-url: the URL holds a user name or a password/m, /such as https:/],
  ['a password where its source belongs', { 'db-password': secrets.IN_URL }, /^--db-password: this is not a source of a secret/m, /env:NAME/],
  ['a first admin\'s password where its source belongs', { 'admin-password': secrets.IN_URL }, /^--admin-password: this is not a source/m, /env:NAME/],
  ['a cluster name with a space', { name: 'a b' }, /^--name: the name "a b" holds/m, /Use letters, digits/],
  ['an ssl mode that is none', { 'ssl-mode': 'prefer' }, /--ssl-mode <MODE>' argument 'prefer' is invalid/, /verify-full/],
  ['a misspelled option with a password behind it', { 'db-pasword': secrets.IN_URL }, /unknown option '--db-pasword'/, /--help/],
  ['no terminal and no node', { node: undefined }, /no terminal to ask .*no --node was given/, /Add --node NAME=TARGET/],
];

const files: readonly Row<(sound: string) => string | Uint8Array>[] = [
  ['a comment after a section header', (sound) => sound.replace('[nodes]', '[nodes] ; ours'), /grafana-ha\.ini:6: a comment stands after a section header/, /line of its own/],
  ['an unknown key', (sound) => sound.replace('root_url', 'root_ulr'), /:3: there is no key root_ulr in \[cluster\]/, /Did you mean root_url\?/],
  ['a key of another section', (sound) => sound.replace('[ssh]', '[ssh]\nroot_url = x'), /:5: there is no key root_url in \[ssh\]/, /belongs in \[cluster\]/],
  ['an unknown section', (sound) => sound.replace('[database]', '[databse]'), /:10: there is no section \[databse\]/, /Did you mean \[database\]\?/],
  ['a key set twice', (sound) => `${sound}user = eve\n`, /:17: user is set twice, first in line 14/, /Keep one of them/],
  ['a node named twice', (sound) => sound.replace('lab-3 =', 'lab-2 ='), /:9: the node lab-2 is named twice, first in line 8/, /Keep one/],
  ['a node with port 99999', (sound) => sound.replace('lab-3 = lab-3', 'lab-3 = lab-3:99999'), /:9: \[nodes\] lab-3: port 99999/, /Type a port/],
  ['a database with port 99999', (sound) => sound.replace(/^host = .*$/m, 'host = db:99999'), /:12: \[database\] host: port 99999/, /Type a port/],
  ['a password where its source belongs', (sound) => sound.replace('env:DB_PASSWORD', `"${secrets.IN_URL}"`), /:15: \[database\] password: this is not a source of a secret/, /env:NAME/],
  ['a password with # where its source belongs', (sound) => sound.replace('env:DB_PASSWORD', secrets.IN_URL), /:15: the value of password holds ; or #/, /in quotes/],
  ['no node', (sound) => sound.replaceAll(/^lab-.*\n/gm, ''), /no node is named/, /Add \[nodes\]/],
  ['nothing in it', () => '', /\[cluster\] root_url is missing/, /Add to \[cluster\]: root_url = /],
  ['UTF-16 text', (sound) => Buffer.from(`\uFEFF${sound}`, 'utf16le'), /is not text in UTF-8/, /iconv -f UTF-16/],
  ['bytes that are no text', () => Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 0xff, 0xfe, 10, 0xff]), /is not text in UTF-8/, /Save it as UTF-8/],
];

const commands: readonly Row<readonly string[]>[] = [
  ['a node name that is none', ['push', '--yes', '--nodes', 'lab-9'], /names no node "lab-9"/, /--nodes lab-/],
  ['an empty node name', ['push', '--yes', '--nodes', ''], /--nodes holds an empty name/, /--nodes lab-1/],
  ['a check that is none', ['validate', '--only', 'nonsense'], /There is no check "nonsense"/, /The checks are: cluster.nodes/],
  ['a check that is nearly one', ['validate', '--only', 'database.logni'], /There is no check "database.logni"/, /--only database.login/],
  ['an accepted check that is none', ['validate', '--ignore', 'nonsense'], /There is no check "nonsense"/, /The checks are/],
  ['a password for --db-password', ['validate', '--db-password', secrets.IN_URL], /^--db-password: this is not a source/m, /env:NAME/],
  ['an option that is none', ['push', '--force'], /unknown option '--force'/, /--help/],
  ['a cluster file that is elsewhere', ['validate', '--file', 'nowhere.ini'], /There is no cluster file \/.*\/nowhere\.ini/, /grafana-ha init/],
  ['a command that is none', ['puhs'], /unknown command 'puhs'/, /Did you mean push\?|--help/],
];

/** What is wrong before anything is reached. */
export const badWords: readonly BadInput[] = [
  ...flags.map(([title, change, found, next]): BadInput => ({ title: `init: ${title}`, words: (scene) => initWords(scene, change), exitCode: 2, found, next })),
  ...files.map(([title, file, found, next]): BadInput => ({ title: `cluster file: ${title}`, file, words: () => ['validate'], exitCode: 2, found, next })),
  ...commands.map(([title, words, found, next]): BadInput => ({ title: `command: ${title}`, file: (sound) => sound, words: () => words, exitCode: 2, found, next })),
  { title: 'push: no cluster file', words: () => ['push', '--yes'], exitCode: 2, found: /There is no cluster file \//, next: /grafana-ha init/ },
  { title: 'cluster file: a folder', before: (scene) => Promise.resolve(void mkdirSync(scene.path('grafana-ha.ini'))), words: () => ['validate'], exitCode: 2, found: /grafana-ha\.ini cannot be read: it is a folder/, next: /ls -ld / },
  { title: 'init: a cluster file that is there and does not parse', file: (sound) => sound.replace('root_url', 'root_ulr'), words: (scene) => initWords(scene), exitCode: 2, found: /:3: there is no key root_ulr in \[cluster\]/, next: /Did you mean root_url\?/ },
  { title: 'cluster file: it belongs to another tool', file: (sound) => sound.replace('[ssh]', 'push = never\n[ssh]'), words: (scene) => fileWords(scene, 'push', '--yes'), exitCode: 3, found: /another tool writes these nodes/, next: /push = allowed/ },
];
