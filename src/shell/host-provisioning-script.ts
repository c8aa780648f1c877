import { type Script, sh } from './quote.ts';

/** More files than this are told as one hash of all. */
const mostFiles = 300;

/**
 * Asks for the hash of every file that Grafana provisions from, and of the dashboards in folders that providers name.
 * YAML counts without comments and empty lines: packages differ in their samples. No content leaves the host.
 */
export function provisioningScript(folder: string): Script {
  return sh`hashes() { bounded find -L "$1" -type f -name '*.json' -exec sha256sum {} + 2>/dev/null | sort -k 2; }
if cd ${folder} 2>/dev/null; then
  put provisioning
  found=$(bounded find -L . -type f \( -name '*.yaml' -o -name '*.yml' -o -name '*.json' \) 2>/dev/null)
  case $found in *.y*) printf '%s\n' "$found" | grep -E '\.ya?ml$' | sort | head -n ${mostFiles} | while read -r f; do
    h=$(sed '/^[[:space:]]*#/d; /^[[:space:]]*$/d' "$f" | sha256sum)
    echo "\${h%% *}  $f"
  done; esac
  case $found in *.json*) hashes . ; esac
  case $found in *./dashboards/*.y*) sed -n 's/^[-[:space:]]*path:[[:space:]]*["'"'"']\{0,1\}\(\/[^"'"'"'#]*[^"'"'"'#[:space:]]\).*/\1/p' dashboards/*.yaml dashboards/*.yml 2>/dev/null | sort -u | while read -r d; do
    case $d in ${prefix(folder)}/*) continue;; esac
    [ -d "$d" ] || continue
    found=$(hashes "$d")
    if [ "$(printf '%s\n' "$found" | wc -l)" -le ${mostFiles} ]; then say "provisioned $d" "$found"
    else h=$(printf '%s' "$found" | sha256sum); say "provisioned $d" "\${h%% *}  $d"; fi
  done; esac
  cd /
fi
`;
}

/** Without a slash at its end, as a pattern of `case` wants it. */
function prefix(folder: string): string {
  return folder.replace(/\/+$/, '');
}
