import type { Address } from '../cluster/cluster.ts';
import { type Script, sh } from './quote.ts';

// bash cannot end one direction alone: after our end it waits a moment for what is still to come. What runs in the background holds no stream of ssh.
const bash = `exec 3<>"/dev/tcp/$1/$2" || exit 1
cat <&3 2>/dev/null & r=$!
{ cat >&3; sleep 1; kill $r; } <&0 >/dev/null 2>&1 & w=$!
exec 3>&- 0<&-
wait $r
kill $w 2>/dev/null
exit 0`;

const python = `import os, socket, sys, threading
try: s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)
except OSError as e: sys.exit(str(e))
s.settimeout(None)
def up():
    while True:
        b = os.read(0, 65536)
        if not b: break
        s.sendall(b)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while True:
    b = s.recv(65536)
    if not b: break
    while b: b = b[os.write(1, b):]`;

/** Carries stdin and stdout to an address with whatever the node has; says why on stderr, in the system's own words, when it cannot. */
export function relayScript({ host, port }: Address): Script {
  const inBrackets = host.includes(':') ? `[${host}]` : host;
  // Without --norc a bash whose parents are sh and sshd reads ~/.bashrc, which may speak (bash: run_startup_files in shell.c).
  return sh`has() { command -v "$1" >/dev/null; }
if has bash; then exec bash --norc -c ${bash} relay ${host} ${port}
elif has socat; then exec socat -t 10 - ${`TCP:${inBrackets}:${port},connect-timeout=20`}
elif has python3; then exec python3 -c ${python} ${host} ${port}
elif has nc; then exec nc ${host} ${port}
fi
echo 'no bash, socat, python3 or nc on the node' >&2
exit 127`;
}

const mark = 'grafana-ha relay\n';

/**
 * What a login shell runs to get such a script from stdin, before the bytes that it is to carry; `framedRelay` is what to send
 * and `relayReader` how to read. No single quote, `!` or newline: see remote-shell.ts.
 */
export const relayCommand = `sh -c 'export LC_ALL=C; read -r n; c=$(dd bs=65536 iflag=fullblock,count_bytes count="$n" status=none; echo .); [ "\${#c}" = $((n + 1)) ] && echo "${mark.trimEnd()}" && eval "\${c%.}"'`;

/** The script with the line that says how long it is, for stdin. */
export function framedRelay(address: Address): Buffer {
  const script = Buffer.from(relayScript(address));
  return Buffer.concat([Buffer.from(`${script.length}\n`), script]);
}

/** Gives what is carried, chunk by chunk, without what the login shell said before (~/.bashrc, fish's config). */
export function relayReader(): (chunk: Buffer) => Buffer {
  let said: Buffer | undefined = Buffer.alloc(0);
  return (chunk) => {
    if (said === undefined) return chunk;
    const heard = Buffer.concat([said, chunk]);
    const at = heard.indexOf(mark);
    said = at < 0 ? heard.subarray(-mark.length) : undefined;
    return at < 0 ? Buffer.alloc(0) : heard.subarray(at + mark.length);
  };
}
