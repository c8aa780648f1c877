import { createServer } from 'node:net';
import { fileWords, initWords, selfSign, type BadInput, type Scene } from './bad-input-lab.ts';

const engine = (scene: Scene, type: 'postgres' | 'mysql') => (type === 'postgres' ? scene.lab.postgres! : scene.lab.mariadb!);
const dsn = (scene: Scene, type: 'postgres' | 'mysql', { user = 'grafana', name = 'grafana', host = engine(scene, type).host, port = engine(scene, type).port } = {}): string => `${type}://${user}@${host}:${port}/${name}`;
const validate = (...more: readonly string[]) => (scene: Scene): readonly string[] => fileWords(scene, 'validate', '--only', 'database.*', ...more);
const set = (key: string, value: string | ((scene: Scene) => string)) => (text: string, scene: Scene): string => text.replace(new RegExp(`^(\\[database\\][^]*?\\n)${key} = .*$`, 'm'), `$1${key} = ${typeof value === 'string' ? value : value(scene)}`);
const mysql = (change = (text: string, _: Scene): string => text) => (text: string, scene: Scene): string =>
  change(text.replace('type = postgres', 'type = mysql').replace(/^host = .*$/m, `host = ${engine(scene, 'mysql').host}:${engine(scene, 'mysql').port}`), scene);
const withoutCa = (text: string): string => text.replace(/^ca_cert.*\n/m, '');

/** A server that says no to TLS, as PostgreSQL with ssl = off does. */
const plainServer = { port: 0 };
const startPlainServer = async ({ lab }: Scene): Promise<() => void> => {
  const server = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.write('N')));
  await new Promise<void>((resolve) => server.listen(0, lab.postgres!.host, resolve));
  plainServer.port = (server.address() as { port: number }).port;
  return () => server.close();
};

/** What is wrong with the database, or with the way to it. */
export const badDatabases: readonly BadInput[] = [
  { title: 'validate: a wrong password on PostgreSQL, tried once on one node', file: (text) => text, words: validate('--db-password', 'env:WRONG'), exitCode: 3, refusedLogins: 1, found: /lab-1 → database\n {2}found {5}password authentication failed for user "grafana"[^]*skipped: the server refused the password from lab-1, and a password is tried once/, next: /validate --db-password ask/ },
  { title: 'validate: a wrong password on MariaDB, tried once on one node', file: mysql(), words: validate('--db-password', 'env:WRONG', '--json'), exitCode: 3, refusedLogins: 1, found: /Access denied for user 'grafana'@/, next: /validate --db-password ask/ },
  { title: 'push: a wrong password', file: (text) => text, words: (scene) => fileWords(scene, 'push', '--yes', '--db-password', 'env:WRONG'), exitCode: 3, refusedLogins: 1, found: /Nothing was changed[^]*password authentication failed/, next: /Again {4}grafana-ha push/ },
  { title: 'init: a wrong password on PostgreSQL', words: (scene) => initWords(scene, { 'db-password': 'env:WRONG' }), exitCode: 3, refusedLogins: 1, found: /^lab-1: password authentication failed for user "grafana"$/m, next: /\\password grafana/ },
  { title: 'init: a wrong password on MariaDB', words: (scene) => initWords(scene, { 'db-password': 'env:WRONG', 'dsn': dsn(scene, 'mysql') }), exitCode: 3, refusedLogins: 1, found: /^lab-1: Access denied for user 'grafana'@/m, next: /CREATE USER 'grafana'@'%' IDENTIFIED BY 'THE-PASSWORD'/ },
  { title: 'init: a role that is missing', words: (scene) => initWords(scene, { dsn: dsn(scene, 'postgres', { user: 'nobody' }) }), exitCode: 3, refusedLogins: 1, found: /password authentication failed for user "nobody"/, next: /CREATE ROLE nobody LOGIN;/ },
  { title: 'validate: a role that is missing', file: set('user', 'nobody'), words: validate(), exitCode: 3, refusedLogins: 1, found: /password authentication failed for user "nobody"/, next: /CREATE ROLE nobody LOGIN;/ },
  { title: 'validate: a database that is missing on PostgreSQL', file: set('name', 'nosuch'), words: validate(), exitCode: 3, found: /lab-1 → database, lab-2 → database, lab-3 → database\n {2}found {5}database "nosuch" does not exist/, next: /CREATE DATABASE nosuch OWNER grafana;/ },
  { title: 'validate: a database that is missing on MariaDB', file: mysql(set('name', 'nosuch')), words: validate(), exitCode: 3, found: /Access denied for user 'grafana'@'%' to database 'nosuch'/, next: /CREATE DATABASE IF NOT EXISTS `nosuch`/ },
  { title: 'init: a database that is missing', words: (scene) => initWords(scene, { dsn: dsn(scene, 'postgres', { name: 'nosuch' }) }), exitCode: 3, found: /^lab-1: database "nosuch" does not exist$/m, next: /CREATE DATABASE nosuch OWNER grafana;/ },
  { title: 'validate: a grant that is missing on PostgreSQL', file: set('user', 'guest'), words: validate(), exitCode: 3, found: /permission denied for schema public/, next: /ALTER DATABASE grafana OWNER TO guest; and in it: GRANT ALL ON SCHEMA public TO guest;/ },
  { title: 'init: a grant that is missing on PostgreSQL', words: (scene) => initWords(scene, { dsn: dsn(scene, 'postgres', { user: 'guest' }) }), exitCode: 3, found: /lab-1 cannot write: permission denied for schema public/, next: /GRANT USAGE, CREATE ON SCHEMA public TO guest;/ },
  { title: 'validate: grants that are missing on MariaDB', file: mysql((text, scene) => set('user', 'guest')(set('name', 'guests')(text, scene), scene)), words: validate(), exitCode: 3, found: /no INSERT, UPDATE, DELETE, CREATE, .* on guests/, next: /GRANT ALL PRIVILEGES ON `guests`\.\* TO 'guest'@'%';/ },
  { title: 'init: grants that are missing on MariaDB', words: (scene) => initWords(scene, { dsn: dsn(scene, 'mysql', { user: 'guest', name: 'guests' }) }), exitCode: 3, found: /lab-1 cannot write: /, next: /GRANT ALL PRIVILEGES ON `guests`\.\* TO 'guest'@'%';/ },
  { title: "validate: something else's tables on PostgreSQL", file: (text, scene) => set('user', 'shop')(set('name', 'shop')(text, scene), scene), words: validate(), exitCode: 3, found: /1 tables? of something else, such as orders/, next: /name = ANOTHER under \[database\]/ },
  { title: "validate: something else's tables on MariaDB", file: mysql((text, scene) => set('user', 'shop')(set('name', 'shop')(text, scene), scene)), words: validate(), exitCode: 3, found: /1 tables? of something else, such as orders/, next: /name = ANOTHER under \[database\]/ },
  { title: "init: something else's tables", words: (scene) => initWords(scene, { dsn: dsn(scene, 'postgres', { user: 'shop', name: 'shop' }) }), exitCode: 3, found: /the database shop holds 1 tables? of something else, such as orders/, next: /Name a database of Grafana's own/ },

  { title: 'validate: a password with a space', file: (text) => text, words: validate('--db-password', 'env:SPACED'), exitCode: 3, refusedLogins: 1, found: /database.password[^]*the password holds a space, where Grafana cuts/, next: /Give the database user a password without it/ },
  { title: 'init: a password with a space', words: (scene) => initWords(scene, { 'db-password': 'env:SPACED' }), exitCode: 3, found: /The password holds a space, where Grafana cuts/, next: /Give the database user a password without it/ },
  { title: 'init: a password from a variable that is not set', words: (scene) => initWords(scene, { 'db-password': 'env:NOT_SET' }), exitCode: 2, found: /^The database password is missing: NOT_SET is not set\.$/m, next: /export NOT_SET=/ },
  { title: 'init: a password from a file that is not there', words: (scene) => initWords(scene, { 'db-password': 'file:nowhere' }), exitCode: 2, found: /^The database password is missing: there is no file \S+\/nowhere\.$/m, next: /--db-password file:PATH/ },
  { title: 'init: a password from a program that is not there', words: (scene) => initWords(scene, { 'db-password': 'command:nosuch-program x' }), exitCode: 3, found: /The command "nosuch-program" could not be started: there is no such program/, next: /command -v nosuch-program/ },
  { title: 'validate: a password that nobody has', file: (text) => text, words: validate('--db-password', 'env:NOT_SET'), exitCode: 3, found: /the password of grafana at \S+ is missing: NOT_SET is not set/, next: /export NOT_SET=/ },
  { title: 'validate: one check whose cause is another', file: (text) => text, words: (scene) => fileWords(scene, 'validate', '--only', 'database.schema', '--db-password', 'env:NOT_SET'), exitCode: 3, found: /NOT_SET is not set/, next: /export NOT_SET=/ },

  { title: 'validate: a port that refuses', file: set('host', (scene) => `${scene.lab.postgres!.host}:5999`), words: validate(), exitCode: 3, found: /:5999: Connection refused/, next: /ssh -t -F \S+ lab-1 "timeout 5 bash -c/ },
  { title: 'init: a port that refuses', words: (scene) => initWords(scene, { dsn: dsn(scene, 'postgres', { port: 5999 }) }), exitCode: 3, found: /^lab-1 does not reach \S+:5999: Connection refused$/m, next: /listen_addresses/ },
  { title: 'validate: a port where something else listens', file: set('host', 'lab-1:22'), words: validate(), exitCode: 3, found: /what answers there is not a PostgreSQL/, next: /host = HOST:PORT under \[database\]/ },
  { title: 'init: a port where something else listens', words: (scene) => initWords(scene, { dsn: dsn(scene, 'postgres', { port: engine(scene, 'mysql').port }) }), exitCode: 3, found: /what answers there is not a PostgreSQL/, next: /Type the host and port of the database/ },
  { title: 'validate: no TLS on offer', file: set('host', ({ lab }) => `${lab.postgres!.host}:${plainServer.port}`), before: startPlainServer, words: validate(), exitCode: 3, found: /offers no TLS/, next: /turn TLS on in the server, or write ssl_mode = disable/ },
  { title: 'init: no TLS on offer', before: startPlainServer, words: (scene) => initWords(scene, { dsn: dsn(scene, 'postgres', { port: plainServer.port }) }), exitCode: 3, found: /the server offers no TLS, so passwords and dashboards would cross the network readable/, next: /--ssl-mode disable/ },
  { title: 'validate: a CA that nobody trusts', file: withoutCa, words: validate(), exitCode: 3, found: /leads to "Lab CA", which is not trusted/, next: /ca_cert = PATH under \[database\]/ },
  { title: 'init: a CA that nobody trusts', words: (scene) => initWords(scene, { 'db-ca': undefined }), exitCode: 3, found: /lab-1 does not trust the CA "Lab CA"/, next: /--db-ca PATH/ },
  { title: 'validate: a self-signed certificate', file: (text) => text, before: selfSign, words: validate(), exitCode: 3, found: /leads to "self\.lab", which is not trusted/, next: /ca_cert = PATH/ },
  { title: 'validate: a certificate for another name on PostgreSQL', file: set('host', ({ lab }) => `elsewhere.lab:${lab.postgres!.port}`), words: validate(), exitCode: 3, found: /the certificate is for DNS:db\.lab, IP Address:/, next: /host = NAME:5432 under \[database\]/ },
  { title: 'validate: a certificate for another name on MariaDB', file: mysql(set('host', ({ lab }) => `elsewhere.lab:${lab.mariadb!.port}`)), words: validate(), exitCode: 3, found: /the certificate is for DNS:db\.lab, IP Address:/, next: /host = NAME:3306 under \[database\]/ },
  { title: 'init: a certificate for another name', words: (scene) => initWords(scene, { dsn: dsn(scene, 'postgres', { host: 'elsewhere.lab' }) }), exitCode: 3, found: /the certificate does not carry elsewhere\.lab; it carries DNS:db\.lab/, next: /Type a host that it carries/ },
  { title: 'validate: a CA file that is not there', file: set('ca_cert', 'nowhere.pem'), words: validate(), exitCode: 3, found: /there is no file \S+\/nowhere\.pem/, next: /ca_cert = PATH/ },
  { title: 'validate: a CA file that cannot be read', file: set('ca_cert', '.'), words: validate(), exitCode: 3, found: /cannot be read: it is a folder/, next: /ca_cert = PATH/ },
  { title: 'validate: a CA file without a certificate', file: set('ca_cert', 'grafana-ha.ini'), words: validate(), exitCode: 3, found: /grafana-ha\.ini holds no certificate/, next: /ca_cert = PATH/ },
  { title: 'init: a CA file that is not there', words: (scene) => initWords(scene, { 'db-ca': 'nowhere.pem' }), exitCode: 3, found: /There is no file \S+\/nowhere\.pem/i, next: /--db-ca PATH/ },
];
