import { describe, expect, it } from 'vitest';
import { lint } from '../../src/grafana/lint.ts';
import { defaultsOf } from './default-configs.ts';

/** `line id` of every finding. */
function found(text: string, version = '12.2.0'): readonly string[] {
  return lint({ text, version }).map(({ line, id }) => `${line} ${id}`);
}

const database = '[database]\ntype = postgres\nhost = db.example.com:5432\nname = grafana\nuser = grafana\npassword = $__file{/etc/grafana/secrets/password}\nssl_mode = verify-full\n';
const mysql = '[database]\ntype = mysql\nhost = db.example.com:3306\nuser = grafana\n';
const gossip = '[unified_alerting]\nha_peers = 10.0.0.1:9094,10.0.0.2:9094\nha_advertise_address = 10.0.0.1:9094\nha_listen_address = 10.0.0.1:9094\n';

describe('lint', () => {
  it.each(['9.4.0', '12.2.0'] as const)('finds nothing in the default configuration of %s', (version) => {
    const text = defaultsOf(version);
    expect(text.split('\n').length).toBeGreaterThan(500);
    expect(lint({ text, version })).toEqual([]);
    expect(lint({ text, version, defaults: text })).toEqual([]);
  });

  it('finds nothing in the config of a sound node', () => {
    expect(lint({ text: `${database}${gossip}ha_label = prod\n[server]\nroot_url = https://grafana.example.com/\n[security]\nsecret_key = $__file{/etc/grafana/secrets/secret_key}\n`, version: '12.2.0' })).toEqual([]);
  });

  it.each<[what: string, text: string, expected: readonly string[], version?: string]>([
    ['a capital in a section', '[server]\nhttp_port = 3000\n[Database]\ntype = mysql\n', ['3 unknown-section']],
    ['blanks in a section', '[ database ]\ntype = mysql\n', ['1 unknown-section']],
    ['a section in the plural', '[databases]\ntype = mysql\n', ['1 unknown-section']],
    ['a mistyped provider', '[auth.gihub]\nenabled = true\n', ['1 unknown-section']],
    ['a ] in the comment behind a section', '[server] ; see [docs]\nhttp_port = 80\n', ['1 unknown-section']],
    ['a capital in a key', `${mysql}Password = x\n`, ['5 unknown-key']],
    ['a mistyped key', '[server]\nhttp_prot = 3000\n', ['2 unknown-key']],
    ['a key with a hyphen', '[server]\nroot-url = https://x/\n', ['2 unknown-key']],
    ['a key of another section', '[server]\nha_peers = a:9094\n', ['2 misplaced-key']],
    ['a missing = where a colon follows', '[server]\nroot_url https://grafana.example.com/\n', ['2 unknown-key']],
    ['no = at all', '[server]\nhttp_port 3000\n', ['2 unreadable']],
    ['an open section header', '[server]\n[database\ntype = mysql\n', ['2 unreadable']],
    ['a quote that never closes', '[database]\npassword = """abc\n', ['2 unreadable']],
    ['a key twice', '[server]\nhttp_port = 3000\nhttp_port = 3001\n', ['3 written-twice']],
    ['a section that is gone', '[session]\nprovider = redis\n', ['1 removed-section']],
    ['legacy alerting', '[alerting]\nenabled = true\n', ['1 removed-section', '2 renamed-key', '2 legacy-alerting']],
    ['a key that is gone', '[log.frontend]\nsentry_dsn = https://x\n', ['2 renamed-key']],
    ['a key that is yet to come', '[unified_alerting]\nha_label = prod\n', ['2 later-key'], '9.4.0'],
    ['a key of a later version than 12.2', '[unified_alerting]\nha_single_node_evaluation = true\n', ['2 later-key']],
    ['a value under a section that has it in its parent', '[unified_alerting.screenshots]\nenabled = false\n', ['2 unknown-key', '2 overwrites-parent']],
    ['a secret cut by #', `${mysql}password = ab#c\n`, ['5 cut-value']],
    ['a secret in double quotes cut by ;', `${mysql}password = "ab;c"\n`, ['5 cut-value']],
    ['a secret that begins with #', `${mysql}password = #abc\n`, ['5 cut-value']],
    ['a double quote that stays open', '[server]\ndomain = "grafana.example.com\n', ['2 open-quote']],
    ['a quote that swallows lines', '[server]\ndomain = """a\nhttp_port = 3001\nroot_url = """https://x/"""\n', ['2 swallowed-lines', '2 bad-domain']],
    ['a backslash that swallows a line', '[paths]\ndata = C:\\data\\\nlogs = /x\n', ['2 swallowed-lines']],
    ['a default reset to nothing', '[server]\nprotocol =\n', ['2 empty-value']],
    ['a secret with ${…} in it', `${mysql}password = a\${HOME}b\n`, ['5 expanded-secret']],
    ['a secret with %(…)s in it', `${mysql}password = a%(user)sb\n`, ['5 expanded-secret']],
    ['a name that %(…)s does not find', '[server]\nroot_url = %(protcol)s://x/\n', ['2 unknown-reference', '2 bad-root-url']],
    ['an expander nobody knows', `${mysql}password = $__secret{x}\n`, ['5 unknown-expander']],
    ['an expander with one underscore', `${mysql}password = $_file{/etc/x}\n`, ['5 unknown-expander']],
    ['one process where there are peers', `${gossip}[database]\nhigh_availability = false\n`, ['6 not-available']],
    ['a domain that root_url is not', '[server]\nenforce_domain = true\nroot_url = https://x.example.com/\n', ['2 domain-loop']],
    ['many connections', `${mysql}max_open_conn = many\n`, ['5 not-a-number']],
    ['an isolation level nobody knows', `${mysql}isolation_level = snapshot\n`, ['5 unknown-word']],
    ['postgresql', `${database}`.replace('postgres', 'postgresql'), ['2 unknown-word']],
    ['mariadb', `${mysql}`.replace('mysql', 'mariadb'), ['2 unknown-word']],
    ['require on MySQL', `${mysql}ssl_mode = require\n`, ['5 ssl-mode']],
    ['true without a CA on MySQL', `${mysql}ssl_mode = true\n`, ['5 no-ca']],
    ['true without a name on MySQL', `${mysql}ssl_mode = true\nca_cert_path = /etc/ssl/ca.pem\n`, ['5 no-cert-name']],
    ['true on PostgreSQL', database.replace('verify-full', 'true'), ['7 ssl-mode']],
    ['a port of MySQL on PostgreSQL', database.replace('5432', '3306'), ['3 mysql-port']],
    ['no host on PostgreSQL', '[database]\ntype = postgres\nuser = grafana\n', ['2 mysql-port']],
    ['a host without a port', database.replace(':5432', ''), ['3 no-port']],
    ['several database hosts', database.replace(':5432', ':5432,b:5432'), ['3 bad-host']],
    ['a forgotten type', '[database]\nhost = db.example.com:3306\n', ['2 no-type']],
    ['a type behind a comment mark', '[database]\nhost = db.example.com:3306\n;type = mysql\n', ['3 no-type']],
    ['url beside single settings', `${mysql}url = mysql://grafana@db.example.com:3306/grafana\n`, ['5 url-overrides']],
    ['a URL of postgresql', '[database]\nurl = postgresql://grafana@db.example.com:5432/grafana\n', ['2 unknown-word']],
    ['a url where it is ignored', '[database]\nurl = postgres://grafana@db.example.com:5432/grafana\n', ['2 url-ignored'], '12.0.1'],
    ['a PostgreSQL password with a space', database.replace('$__file{/etc/grafana/secrets/password}', 'my secret'), ['6 bad-characters']],
    ['a PostgreSQL password with a backslash', database.replace('$__file{/etc/grafana/secrets/password}', 'a\\b'), ['6 bad-characters']],
    ['a port in its own key', `${database}port = 5432\n`, ['8 port-twice']],
    ['connections that live "4h"', `${mysql}conn_max_lifetime = 4h\n`, ['5 not-a-number']],
    ['a peer without a port', gossip.replace('10.0.0.2:9094', '10.0.0.2'), ['2 bad-peers']],
    ['peers separated by ;', gossip.replace(',', ';'), ['2 cut-value']],
    ['peers separated by ; in quotes', gossip.replace('10.0.0.1:9094,10.0.0.2:9094', '"""a:9094;b:9094"""'), ['2 bad-peers']],
    ['peers separated by blanks', gossip.replace(',', ' '), ['2 bad-peers']],
    ['a comma behind the last peer', gossip.replace('10.0.0.2:9094', '10.0.0.2:9094,'), ['2 bad-peers']],
    ['a peer as a URL', gossip.replace('10.0.0.2:9094', 'http://10.0.0.2:9094'), ['2 bad-peers']],
    ['a port that is no number', gossip.replace('10.0.0.2:9094', '10.0.0.2:abc'), ['2 bad-peers']],
    ['a host name to advertise', gossip.replace('address = 10.0.0.1', 'address = graf-a'), ['3 bad-advertise-address']],
    ['0.0.0.0 to advertise', gossip.replace('address = 10.0.0.1', 'address = 0.0.0.0'), ['3 bad-advertise-address']],
    ['loopback to advertise', gossip.replace('address = 10.0.0.1', 'address = 127.0.0.1'), ['3 bad-advertise-address']],
    ['no port to advertise', gossip.replace('address = 10.0.0.1:9094', 'address = 10.0.0.1'), ['3 bad-advertise-address']],
    ['a host name to listen on', gossip.replace('listen_address = 10.0.0.1', 'listen_address = graf-a'), ['4 bad-listen-address']],
    ['a duration without a unit', `${gossip}ha_peer_timeout = 15\n`, ['5 not-a-duration']],
    ['the gossip interval for the full exchange', `${gossip}ha_push_pull_interval = 200ms\n`, ['5 intervals-swapped']],
    ['Redis beside peers', `${gossip}ha_redis_address = redis:6379\n`, ['5 redis-and-peers']],
    ['Redis without a port', '[unified_alerting]\nha_redis_address = redis\n', ['2 no-port']],
    ['junk for a bool', '[unified_alerting]\nenabled = ja\n', ['2 not-a-bool']],
    ['an unknown live engine', '[live]\nha_engine = valkey\n', ['2 unknown-word']],
    ['an unknown log level', '[log]\nlevel = warning\n', ['2 unknown-word']],
    ['days where none are known', '[rendering]\nrender_key_lifetime = 1d\n', ['2 not-a-duration']],
    ['a sub-path that root_url lacks', '[server]\nroot_url = https://x.example.com/\nserve_from_sub_path = true\n', ['3 no-sub-path']],
    ['root_url without a scheme', '[server]\nroot_url = grafana.example.com\n', ['2 bad-root-url']],
    ['a domain with a port', '[server]\ndomain = grafana.example.com:3000\n', ['2 bad-domain']],
    ['https without a certificate', '[server]\nprotocol = https\n', ['2 no-certificate']],
    ['the key everybody knows', '[security]\nsecret_key = SW2YcwTIb9zpOOhoPsMm\n', ['2 public-secret-key']],
    ['a certificate under /home', database.replace('ssl_mode', 'ca_cert_path = /home/ops/ca.pem\nssl_mode'), ['7 hidden-path']],
    ['a mail host without a port', '[smtp]\nhost = mail.example.com\n', ['2 no-port']],
  ])('finds %s in its line', (_, text, expected, version) => {
    expect(found(text, version)).toEqual(expected);
    // Windows line ends and a byte order mark move nothing.
    expect(found(`\ufeff${text.replaceAll('\n', '\r\n')}`, version)).toEqual(expected);
  });

  it.each([
    ['sections that others name', '[plugin.my-app]\nanything = 1\n[auth.our_own_sso]\nenabled = true\n[feature_toggles]\nmyToggle = true\n[server.custom_response_headers]\nX-Y = z\n[unified_storage.folders.folder.grafana.app]\ndualWriterMode = 5\n'],
    ['sections of Enterprise', '[auth.saml]\nenabled = true\nidp_metadata_url = https://idp/\n[white_labeling]\napp_title = Ours\n'],
    ['values from elsewhere', '[database]\ntype = ${TYPE}\nhost = $__env{HOST}\npassword = $__file{/etc/grafana/pw}\nssl_mode = ${MODE}\n'],
    ['a legacy header with nothing under it', '[alerting]\n;enabled = true\n'],
    ['remarks behind values', '[server]\nhttp_port = 3000 ; as everywhere\ndomain = "a.example.com" # quoted\n'],
    ['quotes that PostgreSQL wants', `${database.replace('$__file{/etc/grafana/secrets/password}', `"""'it\\'s'"""`)}`],
    ['JSON over several lines', '[geomap]\ndefault_baselayer_config = `{\n  "type": "xyz",\n  "config": {}\n}`\n'],
    ['words of every kind', '[server]\nenforce_domain = yes\n[unified_alerting]\nmin_interval = 1m30s\ndeleted_rule_retention = 7d\n[log]\nmode = console, file\n'],
  ])('lets pass %s', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  it('names the nearest section and key', () => {
    expect(lint({ text: '[Database]\ntype = mysql\n', version: '12.2.0' })).toMatchObject([{ section: 'Database', expected: '[database]' }]);
    expect(lint({ text: '[server]\nhttp_prot = 1\n', version: '12.2.0' })).toMatchObject([{ key: 'http_prot', expected: 'http_port' }]);
  });

  it("believes the node's own defaults.ini", () => {
    const text = '[brand_new]\nkey = 1\n';
    expect(found(text)).toEqual(['1 unknown-section']);
    expect(lint({ text, version: '12.2.0', defaults: '[brand_new]\nkey =\n' })).toEqual([]);
  });

  it("knows the node's own addresses from others", () => {
    const advertised = (addresses: readonly string[]): readonly string[] => lint({ text: gossip, version: '12.2.0', addresses }).map(({ id, line }) => `${line} ${id}`);
    expect(advertised(['10.0.0.1', '192.168.0.7'])).toEqual([]);
    expect(advertised(['10.0.0.7'])).toEqual(['3 foreign-address']);
    expect(advertised([])).toEqual([]);
  });

  it('shows no secret', () => {
    const text = `[database]\ntype = postgres\nhost = db:5432\nuser = u\npassword = hunter2#x\npasswrod = hunter2;y\nurl = postgres://u:hunter2@db/x\n[smtp]\npassword = "hunter2\n[live]\nha_engine = redis://u:hunter2@x\n`;
    const findings = lint({ text, version: '12.2.0' });
    expect(findings.length).toBeGreaterThan(5);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });
});
