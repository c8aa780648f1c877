import { isIp } from '../cluster/ip.ts';
import { debianPackages } from './host-care-script.ts';
import { framing } from './framed-answer.ts';
import { raw, type Script, sh } from './quote.ts';

/** Where Go's crypto/x509 looks on Linux, in its order (go: src/crypto/x509/root_linux.go). */
const goBundles = [
  '/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem', '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', '/etc/ssl/cert.pem',
];

const route = sh`route() { case $2 in ''|127.*|::1) ;; *) printf '%s %s\n' "$1" "$(ip -o route get "$2" 2>/dev/null)" ;; esac; }
`;

/**
 * One line a peer, the last one counts: which address of its own this host uses to reach it. A peer that only our ssh knows, or that is a
 * forwarded port, says nothing here: then the address that ssh came in by counts, else that of the default way out. 198.51.100.1 is nobody
 * (RFC 5737), and asking for a route sends no packet.
 * Every node asks for every other one, and a name server that is gone takes 5 s a name: all names together have 3 s, and after three in
 * a row that nobody knows, no more are asked for.
 */
function routesScript({ peers, ownAddress }: ConfigQuestion): Script {
  const literals = peers.filter(({ host }) => isIp(host));
  const names = peers.filter((peer) => !literals.includes(peer));
  const words = (some: ConfigQuestion['peers']): readonly string[] => some.flatMap(({ name, host }) => [name, host]);
  const named: string = sh`${raw(route)}unknown=0
set -- ${words(names)}
while [ $# -gt 0 ] && [ $unknown -lt 3 ]; do
  a=$(getent ahosts "$2" 2>/dev/null)
  a=\${a%%[!0-9A-Fa-f:.]*}
  unknown=$((unknown + 1))
  [ -z "$a" ] || unknown=0
  route "$1" "$a"
  shift 2
done`;
  return sh`${raw(route)}own=${ownAddress === undefined ? '' : `src ${ownAddress}`}
put routes
[ -n "$own" ] || own=$(ip -o route get 198.51.100.1 2>/dev/null)
for peer in ${peers.map(({ name }) => name)}; do printf '%s %s\n' "$peer" "$own"; done
set -- ${words(literals)}
while [ $# -gt 0 ]; do route "$1" "$2"; shift 2; done
${raw(names.length === 0 ? sh`` : sh`if command -v timeout >/dev/null; then timeout 3 sh -c ${named}; else sh -c ${named}; fi
`)}`;
}

export interface ConfigQuestion {
  /** Empty: `conf/custom.ini` under the home path. */
  readonly config: string;
  /** Folders that may be Grafana's home, likeliest first. */
  readonly homes: readonly string[];
  /** Empty: `secrets` beside the config. */
  readonly secretsPath: string;
  readonly peers: readonly { readonly name: string; readonly host: string }[];
  /** The one that ssh came in by. */
  readonly ownAddress?: string;
  /** Send the trust bundle too: some 200 KB. */
  readonly bundle: boolean;
}

/** Asks for the config, its defaults, Grafana's version, the way to the peers and the files a push may write. Runs nothing of Grafana but `-v`. */
export function configScript(question: ConfigQuestion): Script {
  const bundle = sh`for f in ${goBundles}; do if [ -s "$f" ]; then say bundle-path "$f"; put bundle; cat "$f"; break; fi; done
`;
  return sh`${raw(framing)}home=
for h in ${question.homes}; do if [ -f "$h/conf/defaults.ini" ]; then home=$h; put defaults; cat "$h/conf/defaults.ini"; break; fi; done
say home "$home"
config=${question.config}
[ -n "$config" ] || config=$home/conf/custom.ini
say config "$config"
describe() { put "file-owner $1"; stat -L -c '%U:%G %a %Y' "$1" 2>/dev/null; put "file-hash $1"; sha256sum < "$1"; }
if [ -f "$config" ]; then
  real=$(readlink -f "$config")
  say real "$real"
  put text; cat "$config"
  describe "$config"
  put file-system; stat -f -c %T "$real"
  put mounts; grep -F -- " $real " /proc/self/mountinfo
fi
secrets=${question.secretsPath}
[ -n "$secrets" ] || secrets=\${config%/*}/secrets
for f in "$secrets"/* "\${config%/*}"/certs/* "\${config%/*}"/license.jwt; do [ ! -f "$f" ] || describe "$f"; done
version() { [ -x "$1" ] && v=$("$@" -v </dev/null 2>/dev/null) && [ -n "$v" ] && say version "$v"; }
version "$home/bin/grafana" server || version "$home/bin/grafana-server" || version "$(command -v grafana-server)" || version "$(command -v grafana)"
put packages; if command -v dpkg-query >/dev/null; then ${raw(debianPackages)}; else rpm -q --qf '%{NAME} install installed\n' grafana grafana-enterprise; fi 2>/dev/null
${raw(question.peers.length === 0 ? sh`` : routesScript(question))}put addresses; ip -o addr show 2>/dev/null
${raw(question.bundle ? bundle : sh``)}`;
}

/** What the config refers to; `files` maps a name to a path. */
export interface ContentsQuestion {
  readonly files: readonly { readonly name: string; readonly path: string }[];
  readonly sqlite?: string;
  /** Folder that holds a folder a plugin. */
  readonly plugins?: string;
}

/** Asks for files, for what a SQLite database holds, read-only, and for the plugins that are there. */
export function contentsScript(question: ContentsQuestion): Script {
  return sh`${raw(framing)}${raw(contents(question))}`;
}

/** The same at the end of another script; nothing of that one runs after it. */
export function contents({ files, sqlite, plugins }: ContentsQuestion): Script {
  const reads = files.map(({ name, path }) => sh`[ ! -f ${path} ] || { put ${`secret ${name}`}; cat ${path}; }
`).join('') as Script;
  return sh`${raw(reads)}${raw(plugins === undefined ? sh`` : pluginsScript(plugins))}${raw(sqlite === undefined ? sh`` : sqliteScript(sqlite))}`;
}

/** A built plugin has its plugin.json under dist/; one inside another belongs to that one. */
function pluginsScript(folder: string): Script {
  return sh`for d in ${folder}/*/; do for f in "$d"dist/plugin.json "$d"plugin.json; do if [ -f "$f" ]; then put "plugin $d"; cat "$f"; break; fi; done; done
`;
}

/** SQLite makes two files beside a database in WAL mode that nobody has open, even for a reader (sqlite.org/wal.html#read_only_databases): such a one is opened as one that cannot change. */
function sqliteScript(path: string): Script {
  const python = `import pathlib, sqlite3, sys
print(sqlite3.connect(pathlib.Path(sys.argv[1]).as_uri() + sys.argv[3], uri=True).execute(sys.argv[2]).fetchone()[0])`;
  return sh`db=${path}
[ -f "$db" ] || exit 0
say sqlite "$db"
mode='?mode=ro'
cli=$db
if [ "$(od -An -tu1 -j18 -N1 "$db" | tr -d ' ')" = 2 ] && [ ! -e "$db-shm" ]; then
  mode='?immutable=1'
  cli=file:$(printf %s "$db" | sed 's/%/%25/g; s/?/%3f/g; s/#/%23/g')$mode
fi
if command -v sqlite3 >/dev/null; then query() { sqlite3 -readonly "$cli" "$1" 2>&1; }
elif command -v python3 >/dev/null; then query() { python3 -c ${python} "$db" "$1" "$mode" 2>&1; }
else say sqlite-why 'neither sqlite3 nor python3 is on the node'; exit 0; fi
tables=$(query "select coalesce(group_concat(name, ' '), '') from sqlite_master where type = 'table'") || { say sqlite-why "$tables"; exit 0; }
count() { put "count $1"; case " $tables " in *" $1 "*) query "select count(*) from $1 where $2";; *) echo 0;; esac; }
count user "login <> 'admin'"
count dashboard "is_folder = 0"
count resource "resource = 'dashboards'"
count data_source 1=1
count alert_rule 1=1
`;
}
