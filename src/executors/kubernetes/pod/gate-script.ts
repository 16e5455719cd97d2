/**
 * PID 1 of `command` before the supervisor is: `sh -c SCRIPT longarm-gate DIRECTORY RUN FROM TEXT ARGV…`. Lays the
 * command's files out, waits until it is let begin, and becomes the supervisor (ARGV). FROM tells where text and files
 * come from: `inline` (TEXT), `secret` (the archive that is mounted) or `upload` (the archive that comes into the spool
 * directory before the gate opens).
 *
 * The gate is a symbolic link in the spool directory. Making it decides, once and for all: `open`, the command begins;
 * `barred`, it never does.
 */
export const gateScript = String.raw`
umask 077
d=$1 run=$2 from=$3 text=$4
shift 4
trap 'exit 143' TERM INT HUP
[ ! -e "$d/started.d" ] || exit 125
exec 2>>"$d/log"

# What fails from here on has run nothing, and the record says so.
unless() {
  "$@" && return 0
  printf '125 exit 0\n' >"$d/unbegun.tmp" && mv "$d/unbegun.tmp" "$d/unbegun"
  exit 125
}

# Not every "tar" sets modes again that the umask took away.
unpack() { (umask 000 && tar -xpf "$1" -C "$run"); }

unless mkdir -p "$run/files" "$run/home" "$run/in"
case $from in
  inline) printf '%s' "$text" >"$run/in/command" || unless false ;;
  secret) unless unpack /longarm/payload/payload.tar ;;
esac

# Each look starts a program; of a hundred pods that wait together that would take more than a processor has.
i=0
until [ -L "$d/gate" ]; do
  i=$((i + 1))
  if [ "$i" -lt 25 ]; then pause=0.02; elif [ "$i" -lt 50 ]; then pause=0.1; else pause=0.25; fi
  sleep "$pause" 2>/dev/null || sleep 1
done
[ "$(readlink "$d/gate")" = open ] || exit 125
if [ "$from" = upload ]; then
  unless unpack "$d/payload.tar"
  rm -f "$d/payload.tar"
fi
cd / && exec "$@"
`;
