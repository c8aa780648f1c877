import fc from 'fast-check';
import ini from 'ini';
import { describe, expect, it } from 'vitest';
import { parseClusterFile } from '../../src/cluster/cluster-file.ts';
import { example } from './example.ts';

const smallest = `[cluster]
root_url = https://grafana.example.com/
[database]
type = postgres
host = db
[nodes]
a = ops@10.0.0.11
`;

const layout = { unit: 'grafana-server', statePath: '/var/lib/grafana-ha' };

function problemsOf(text: string): readonly { readonly line?: number; readonly problem: string; readonly hint: string }[] {
  const parsed = parseClusterFile(text, '/etc/ha');
  return parsed.ok ? [] : parsed.problems;
}

describe('parseClusterFile', () => {
  it('reads the example of the documentation', () => {
    expect(parseClusterFile(example, '/home/ops/prod')).toEqual({
      ok: true,
      value: {
        name: 'prod',
        rootUrl: 'https://grafana.example.com/',
        secrets: 'files',
        push: 'allowed',
        ssh: { perHop: 8 },
        nodes: [
          { name: 'grafana-1', target: { text: 'ops@10.0.0.11', user: 'ops', host: '10.0.0.11' }, become: 'auto', grafana: layout },
          { name: 'grafana-2', target: { text: 'ops@10.0.0.12', user: 'ops', host: '10.0.0.12' }, become: 'auto', gossipAddress: { host: '192.168.7.12', port: 9094 }, grafana: layout },
        ],
        database: {
          type: 'postgres', address: { host: 'db.example.com', port: 5432 }, name: 'grafana', user: 'grafana',
          password: { kind: 'nodes' }, sslMode: 'verify-full', caCert: '/home/ops/prod/certs/rds.pem',
        },
        security: { secretKey: { kind: 'nodes' }, adminUser: 'admin' },
        alerting: { mode: 'gossip', port: 9094, label: 'prod' },
        pushing: { keep: 10 },
        ignored: [{ check: 'node.config-manager', why: 'Ansible run is off this week', until: '2027-01-31' }],
      },
    });
  });

  it('fills in the defaults of the smallest file', () => {
    expect(parseClusterFile(smallest, '/etc/ha')).toMatchObject({
      ok: true,
      value: {
        name: 'grafana', nodes: [{ name: 'a' }], alerting: { port: 9094, label: 'grafana' }, ignored: [],
        database: { address: { host: 'db', port: 5432 }, name: 'grafana', user: 'grafana', password: { kind: 'nodes' }, sslMode: 'verify-full' },
      },
    });
  });

  it('reads every other key', () => {
    const text = `[cluster]
root_url = http://grafana:3000/sub
secrets = inline
push = never
[ssh]
config = ssh_config
become = sudo
per_hop = 2
[nodes]
b = host-b
a = [2001:db8::1]:2222
[grafana]
config_path = /opt/grafana/custom.ini
unit = grafana@1.service
start = /opt/grafana/start --now
stop = "kill $(cat /run/g.pid); sleep 1"
status = "test -e \\"/run/g.pid\\""
state_path = /opt/ha
secrets_path = /opt/secrets
owner = root:grafana
[node.a]
become = none
unit = other
gossip_address = 10.0.0.2
[database]
type = mysql
host = db
ssl_mode = true
server_cert_name = db.internal
max_open_conn = 40
password = command:op read 'a b'
ca_cert = ~/ca.pem
[security]
secret_key = file:key
admin_user = root
admin_password = env:ADMIN
[license]
path = license.jwt
auto_refresh = no
[alerting]
port = 9095
label =
[push]
keep = 3
wait = 600
on_failure = rollback-all
[hooks]
before_node = ./drain 'a b'
after_node = ./undrain
before_migration = pg_dump -f "x y"
[ignore]
peers.udp@a = "known; see #12"
`;
    const common = { configPath: '/opt/grafana/custom.ini', unit: 'grafana@1.service', start: '/opt/grafana/start --now', stop: 'kill $(cat /run/g.pid); sleep 1', status: 'test -e "/run/g.pid"', statePath: '/opt/ha', secretsPath: '/opt/secrets', owner: 'root:grafana' };
    expect(parseClusterFile(text, '/etc/ha')).toEqual({
      ok: true,
      value: {
        name: 'grafana', rootUrl: 'http://grafana:3000/sub/', secrets: 'inline', push: 'never', ssh: { config: '/etc/ha/ssh_config', perHop: 2 },
        nodes: [
          { name: 'b', target: { text: 'host-b', host: 'host-b' }, become: 'sudo', grafana: common },
          { name: 'a', target: { text: '[2001:db8::1]:2222', host: '2001:db8::1', port: 2222 }, become: 'none', gossipAddress: { host: '10.0.0.2', port: 9095 }, grafana: { ...common, unit: 'other' } },
        ],
        database: { type: 'mysql', address: { host: 'db', port: 3306 }, name: 'grafana', user: 'grafana', sslMode: 'true', serverCertName: 'db.internal', maxOpenConn: 40, caCert: '~/ca.pem', password: { kind: 'command', words: ['op', 'read', 'a b'] } },
        security: { secretKey: { kind: 'file', path: '/etc/ha/key' }, adminUser: 'root', adminPassword: { kind: 'env', name: 'ADMIN' } },
        license: { path: '/etc/ha/license.jwt', autoRefresh: false }, alerting: { mode: 'gossip', port: 9095, label: '' }, pushing: { keep: 3, waitSeconds: 600, onFailure: 'rollback-all' },
        hooks: { beforeNode: ['./drain', 'a b'], afterNode: ['./undrain'], beforeMigration: ['pg_dump', '-f', 'x y'] },
        ignored: [{ check: 'peers.udp', node: 'a', why: 'known; see #12' }],
      },
    });
  });

  it('keeps the order of nodes whose names are numbers', () => {
    const parsed = parseClusterFile(smallest.replace('a = ops@10.0.0.11', '10 = x\n9 = y\n8 = z'), '/etc/ha');
    expect(parsed.ok && parsed.value.nodes.map(({ name }) => name)).toEqual(['10', '9', '8']);
  });

  it.each([
    ['Windows line endings', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['a byte order mark and Windows line endings', (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`],
    ['spaces around everything', (text: string) => text.replaceAll(' = ', '\t=   ').replaceAll(/$/gm, '  ')],
    ['no newline at the end', (text: string) => text.trimEnd()],
    ['comments and blank lines', (text: string) => text.replaceAll('\n', '\n\n; note\n # note\n')],
    ['quotes around values', (text: string) => text.replaceAll(/= (.*)$/gm, '= "$1"')],
  ])('reads the same with %s', (_, change) => {
    expect(parseClusterFile(change(example), '/etc/ha')).toEqual(parseClusterFile(example, '/etc/ha'));
  });

  it.each([
    ['a comment after a section header', smallest.replace('[nodes]', '[nodes] ; ours'), 6, /comment stands after a section header/, /line of its own/],
    ['an indented section header', smallest.replace('[nodes]', '  [nodes]'), 6, /indented/, /./],
    ['a header without its bracket', smallest.replace('[nodes]', '[nodes'), 6, /not a section header/, /./],
    ['a node named twice', `${smallest}a = other\n`, 8, /node a is named twice, first in line 7/, /./],
    ['a key set twice', smallest.replace('host = db', 'host = db\nhost = db2'), 6, /host is set twice, first in line 5/, /./],
    ['a section that begins again', `${smallest}[database]\nuser = u\n`, 8, /\[database\] begins again, first in line 3/, /./],
    ['port 99999 of a node', smallest.replace('10.0.0.11', '10.0.0.11:99999'), 7, /port 99999/, /./],
    ['port 99999 of the database', smallest.replace('= db', '= db:99999'), 5, /port 99999/, /./],
    ['an unknown key with a near one', smallest.replace('host =', 'hots ='), 5, /no key hots in \[database\]/, /Did you mean host\?/],
    ['a key under the wrong header', smallest.replace('[nodes]', 'secret_key = nodes\n[nodes]'), 6, /no key secret_key in \[database\]/, /belongs in \[security\]/],
    ['an unknown section with a near one', smallest.replace('[database]', '[databse]'), 3, /no section \[databse\]/, /Did you mean \[database\]\?/],
    ['a key that comes with later work', smallest.replace('[nodes]', '[backups]\nkeep = x\n[nodes]'), 6, /no section \[backups\]/, /Known: \[cluster\]/],
    ['the section __proto__', `${smallest}[__proto__]\nx = 1\n`, 8, /no section \[__proto__\]/, /./],
    ['the node __proto__', `${smallest}__proto__ = host\n`, 8, /__proto__/, /./],
    ['the key __proto__', smallest.replace('host =', '__proto__ = x\nhost ='), 5, /no key __proto__/, /./],
    ['a section about no node', `${smallest}[node.b]\nunit = x\n`, 9, /\[node\.b\]/, /Add b to \[nodes\]/],
    ['a section about a node with a near name', smallest.replace('a = ', 'grafana-1 = ') + '[node.grafana1]\nunit = x\n', 9, /\[node\.grafana1\]/, /grafana-1\?/],
    ['a section about __proto__', `${smallest}[node.__proto__]\nunit = x\n`, 9, /\[node\.__proto__\]/, /./],
    ['a nested section', `${smallest}[node.a.b]\nunit = x\n`, 8, /no section \[node\.a\.b\]/, /./],
    ['a value with #', smallest.replace('host = db', 'host = db # ours'), 5, /host holds ; or #/, /line of its own/],
    ['a value with ;', smallest.replace('host = db', 'host = db;x'), 5, /host holds ; or #/, /./],
    ['a quoted value with a comment', smallest.replace('host = db', 'host = "db" ; ours'), 5, /host holds ; or #/, /./],
    ['quotes within quotes', smallest.replace('host = db', 'host = "a" "b"'), 5, /two ways/, /double quotes/],
    ['a number in single quotes', smallest.replace('host = db', "host = '1.0'"), 5, /two ways/, /./],
    ['two backslashes', smallest.replace('[nodes]', '[grafana]\nstart = a\\\\\\\\b\n[nodes]'), 7, /two ways/, /./],
    ['a key without =', smallest.replace('host = db', 'host'), 5, /has no =/, /./],
    ['a key before any section', `name = x\n${smallest}`, 1, /before the first section/, /\[cluster\]/],
    ['an array', smallest.replace('a = ', 'a[] = '), 7, /"a\[\]"/, /./],
    ['a control character', smallest.replace('= db', '= d\u0007b'), 5, /control character/, /./],
    ['a line separator', smallest.replace('= db', '= d\u2028b'), 5, /control character/, /./],
    ['an empty value', smallest.replace('= db', '='), 5, /empty/, /./],
    ['a relative path on a node', `${smallest}[grafana]\nconfig_path = grafana.ini\n`, 9, /not an absolute path/, /./],
    ['a gossip address that is a name', `${smallest}[node.a]\ngossip_address = host:9094\n`, 9, /not an IP address/, /IP:PORT/],
    ['an option as a target', smallest.replace('ops@10.0.0.11', '-oProxyCommand=id'), 7, /option of ssh/, /./],
    ['the TLS word of another engine', smallest.replace('host = db', 'host = db\nssl_mode = true'), 6, /none of verify-full/, /./],
    ['a license named twice', `${smallest}[license]\npath = l.jwt\ntext = env:L\n`, 9, /names the token twice/, /Keep one/],
    ['a license that names no token', `${smallest}[license]\nauto_refresh = no\n`, 9, /names no token/, /path = license.jwt/],
    ['server_cert_name on postgres', smallest.replace('host = db', 'host = db\nserver_cert_name = x'), 6, /for mysql/, /./],
    ['a day that does not exist', `${smallest}[ignore]\nx.y = why (until 2027-02-30)\n`, 9, /2027-02-30/, /./],
    ['an ignored check on no node', `${smallest}[ignore]\nx.y@b = why\n`, 9, /x\.y@b/, /Add b to \[nodes\]/],
    ['a become we do not know', `${smallest}[ssh]\nbecome = su\n`, 9, /"su"/, /sudo/],
  ])('refuses %s', (_, text, line, problem, hint) => {
    expect(problemsOf(text)).toEqual([{ line, problem: expect.stringMatching(problem), hint: expect.stringMatching(hint) }]);
  });

  it('names what is missing', () => {
    expect(problemsOf('').map(({ problem }) => problem)).toEqual([
      '[cluster] root_url is missing', 'no node is named', '[database] type is missing', '[database] host is missing',
    ]);
  });

  it('lists all problems in the order of the lines', () => {
    const text = smallest.replace('type = postgres', 'type = oracle').replace('10.0.0.11', '10.0.0.999').replace('root_url', 'rooturl');
    expect(problemsOf(text).map(({ line }) => line)).toEqual([2, 4, 7]);
  });

  it.each(['password = hunter2', 'password = hunter2;x', 'password = "hunter2" x', 'password = env:hunter2-', 'hunter2'])('does not repeat a secret written as %j', (line) => {
    const problems = problemsOf(smallest.replace('host = db', `host = db\n${line}`));
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('never throws, and agrees with the ini package on every value it accepts', () => {
    const words = fc.constantFrom('[', ']', '[nodes]', '[node.a]', '[database]', '[__proto__]', 'a', 'host', 'type', 'mysql', '=', ' = ', ';', '#', '"', "'", '\\', '\n', '\r\n', '\r', ' ', '\t', '\uFEFF', '\0', '__proto__', 'true', '1.0', '{}', '.');
    fc.assert(fc.property(fc.array(words, { maxLength: 40 }), fc.nat(smallest.length), (inserted, at) => {
      const text = smallest.slice(0, at) + inserted.join('') + smallest.slice(at);
      const parsed = parseClusterFile(text, '/etc/ha');
      if (!parsed.ok) {
        expect(parsed.problems.length).toBeGreaterThan(0);
        return;
      }
      const seen = ini.parse(text.replace(/^\uFEFF/, ''));
      // The package makes a boolean of a node that stands at "true".
      expect(parsed.value.nodes.map(({ name, target }) => [name, target.text])).toEqual(Object.entries(seen['nodes']).map(([name, target]) => [name, String(target)]));
      expect(parsed.value.database.type).toBe(seen['database'].type);
    }), { numRuns: 3000 });
  });

  it('takes yes and no where a node stands behind NAT or gossip is public', () => {
    const said = (word: string) => `${smallest}[node.a]\nnat = ${word}\n[alerting]\nallow_public = ${word}\n`;
    expect(parseClusterFile(said('yes'), '/srv')).toMatchObject({ ok: true, value: { nodes: [{ nat: true }], alerting: { allowPublic: true } } });
    expect(parseClusterFile(said('no'), '/srv')).toEqual(parseClusterFile(smallest, '/srv'));
    expect(problemsOf(said('true'))).toHaveLength(2);
  });

  it('accepts one node and twice the same host: checks judge that', () => {
    expect(problemsOf(smallest)).toEqual([]);
    expect(problemsOf(`${smallest}b = ops@10.0.0.11\n`)).toEqual([]);
  });
});
