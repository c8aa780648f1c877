/*
The same plan for a host with neither Python nor Perl, by what is there: bash sends, socat and nc listen and send, too. What none of them
can do is said as `way ID unknown …`, and a listener that hears one sender at a time as `partial`: its silence proves nothing.
Every command is bounded by timeout; all are children of this shell, which waits for them. A packet goes through tail: bash writes line by line.
*/
export const toolsProgram = `
plan=$1 window=$2
command -v timeout >/dev/null || { echo 'lacking python3, perl or timeout'; exit 0; }
nc=
for c in nc ncat netcat 'busybox nc'; do if command -v \${c%% *} >/dev/null && { [ "\${c%% *}" != busybox ] || busybox --list 2>/dev/null | grep -qx nc; }; then nc=$c; break; fi; done
help=$([ -z "$nc" ] || $nc -h 2>&1)
has() { printf '%s\n' "$help" | grep -qE -- "(^|[[:space:]])-$1([[:space:],]|$)|\\[-[0-9A-Za-z]*$1"; }
how=
if command -v bash >/dev/null; then how=bash; elif command -v socat >/dev/null; then how=socat; elif [ -n "$nc" ]; then how=nc; fi
listening=
if command -v socat >/dev/null; then listening=socat; elif [ -n "$nc" ]; then listening=nc; fi
keeps=
[ "$listening" = nc ] && { has k && keeps=yes || echo partial; }
datagrams=
[ -z "$nc" ] || ! has u || datagrams=yes
at() { case $1 in *:*) echo "[$1]:$2";; *) echo "$1:$2";; esac; }
six() { case $1 in *:*) echo 6;; *) echo 4;; esac; }
hear() {
  while read -r word; do
    case "
$plan
" in *"
E $1 $word
"*) echo "heard $1 $word";; esac
  done
}
door() {
  case $listening in
    socat) if [ "$1" = tcp ]; then timeout "$window" socat -u "TCP$(six "$2")-LISTEN:$3,bind=$(host "$2"),reuseaddr,fork" STDOUT; else timeout "$window" socat -u "UDP$(six "$2")-RECV:$3,bind=$(host "$2")" STDOUT; fi;;
    nc)
      u=
      [ "$1" = tcp ] || u=u
      if [ -n "$keeps" ]; then timeout "$window" $nc "-lk$u" "$2" "$3" </dev/null; return; fi
      n=0
      from=
      ! has s || from="-s $2"
      while [ $n -lt $((window * 2)) ]; do n=$((n + 1)); timeout 0.5 $nc "-l$u" $from -p "$3" </dev/null || :; done;;
  esac 2>&1 | hear "$1" | sort -u
}
host() { case $1 in *:*) echo "[$1]";; *) echo "$1";; esac; }
name_failure() {
  case $2 in
    0) echo "way $1 open";;
    124|143) echo "way $1 silent";;
    *) case $3 in *refused*) echo "way $1 refused";; *'timed out'*|*Timeout*|'') echo "way $1 silent";; *) echo "way $1 failed $(printf %s "$3" | tail -n 1 | sed 's/.*: //')";; esac;;
  esac
}
knock() {
  case $how in
    bash) timeout 1 bash -c 'exec 3<>"/dev/tcp/$0/$1" && { [ "$2" = - ] || echo "$2" >&3; }' "$2" "$3" "$4" 2>&1;;
    socat) { [ "$4" = - ] || echo "$4"; } | timeout 1 socat -u - "TCP:$(at "$2" "$3")" 2>&1;;
    # Without -z it stays connected until timeout ends it: -w bounds the connecting alone.
    nc) if has z && [ "$4" = - ]; then timeout 2 $nc -z -w 1 "$2" "$3" 2>&1; else { [ "$4" = - ] || echo "$4"; sleep 0.2; } | { timeout 2 $nc -w 1 "$2" "$3" 2>&1; r=$?; [ $r = 124 ] || exit $r; }; fi;;
    *) return 9;;
  esac
}
tcp() {
  n=0
  while :; do
    said=$(knock "$@")
    r=$?
    n=$((n + 1))
    [ $r = 9 ] && { echo "way $1 unknown neither bash, socat nor nc is there"; return; }
    [ $r = 0 ] || [ "$4" = - ] || [ $n -ge $((window * 3)) ] || { sleep 0.3; continue; }
    name_failure "$1" $r "$said"
    # Somebody else's listener may have had the port until now.
    [ "$4" = - ] || for again in 1 2 3; do sleep 0.4; knock "$@"; done >/dev/null
    return
  done
}
udp() {
  [ "$how$datagrams" != nc ] && [ -n "$how" ] || { echo "way $1 unknown nothing sends UDP: no bash, no socat, no nc -u"; return; }
  n=0
  while [ $n -lt $((window * 4)) ]; do
    case $how in
      bash) bash -c 'echo "$2" > "/dev/udp/$0/$1"' "$2" "$3" "$4";;
      socat) echo "$4" | timeout 1 socat -u - "UDP-SENDTO:$(at "$2" "$3")";;
      nc) echo "$4" | timeout 0.2 $nc -u -w 1 "$2" "$3";;
    esac >/dev/null 2>&1
    n=$((n + 1))
    sleep 0.2
  done
  echo "way $1 silent"
}
ping() {
  [ "$how$datagrams" != nc ] && [ -n "$how" ] || { echo "way $1 unknown nothing sends UDP: no bash, no socat, no nc -u"; return; }
  bytes=$(printf %s "$4" | sed 's/../\\\\x&/g')
  case $how in
    bash) answer=$(timeout 1 bash -c 'exec 3<>"/dev/udp/$0/$1"; for i in 1 2 3; do printf "$2" | tail -c 512 >&3; sleep 0.1; done; dd bs=512 count=1 <&3' "$2" "$3" "$bytes" 2>/dev/null | od -An -tx1 -v | tr -d ' \\n');;
    socat) answer=$(send "$bytes" | tail -c 512 | timeout 1 socat -t 0.7 - "UDP:$(at "$2" "$3")" 2>/dev/null | od -An -tx1 -v | tr -d ' \\n');;
    nc) answer=$(send "$bytes" | tail -c 512 | timeout 1 $nc -u -w 1 "$2" "$3" 2>/dev/null | od -An -tx1 -v | tr -d ' \\n');;
  esac
  if [ -n "$answer" ]; then echo "way $1 answered $answer"; else echo "way $1 silent"; fi
}
send() { printf "$(printf %s "$1" | sed 's/\\\\x\\(..\\)/\\1 /g' | tr ' ' '\\n' | while read -r b; do [ -z "$b" ] || printf '\\\\%03o' "0x$b"; done)"; }
printf '%s\\n' "$plan" | {
  while read -r kind name where port word; do
    case $kind in
      L) if [ "$listening" = socat ] || { [ "$listening" = nc ] && [ "$name$datagrams" != udp ]; }; then door "$name" "$where" "$port" & else echo "unbound $name $where $port nothing listens for $name: no socat, no nc"; fi;;
      T) tcp "$name" "$where" "$port" "$word" &;;
      U) udp "$name" "$where" "$port" "$word" &;;
      P) ping "$name" "$where" "$port" "$word" &;;
    esac
  done
  wait
}
`;
