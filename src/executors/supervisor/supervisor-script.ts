/**
 * The supervisor: the few lines of shell that start a command, spool its output, enforce its time limit, end
 * everything it started and record its exit. It runs in any POSIX `sh` (tried in dash, bash and busybox ash) and is
 * given inline, `sh -c SCRIPT longarm-supervisor DIRECTORY COMMAND_ID LIMIT GRACE BLOCKS ARGV…`: the spool directory,
 * the id, the time limit and the grace in seconds, the most that the spool may hold in blocks of 512 bytes (empty for
 * no limit), and what to run (`beginScript` and what it wraps).
 *
 * The files it keeps are described in `spool-directory.ts`. Signals: TERM, INT or HUP ask it to stop; ALRM and USR1
 * come from its own timers (limit and grace). Exit status: the command's, or 125 where it must not start.
 *
 * It holds no `$$` written plainly, because Kubernetes turns that into `$` in a container's arguments.
 */
export const supervisorScript = String.raw`
umask 077
d=$1 id=$2 limit=$3 grace=$4 blocks=$5
shift 5
cause= woken= early= timer= grimmer=

# Its own PID. "kill -1" reaches the whole machine unless this shell is PID 1 of a namespace of its own.
self=${'$'}{$}
alone=
[ "$self" = 1 ] && alone=1

# The command gets a session of its own, so that its "kill 0" spares the supervisor.
own=
command -v setsid >/dev/null 2>&1 && own=setsid

# Every process that carries the command's marker in its environment gets signal $1. False when there was none.
marked() {
  (
    cd /proc || exit 1
    grep -lszxF "LONGARM_COMMAND_ID=$id" [0-9]*/environ | {
      some=1
      while IFS=/ read -r p file; do
        some=0
        kill -"$1" "$p"
      done
      exit "$some"
    }
  ) 2>/dev/null
}

# TERM for everything the command started. The pump and the grace timer ignore it.
warn() {
  if [ -n "$alone" ]; then kill -TERM -1
  elif [ -r /proc/self/environ ]; then marked TERM
  elif [ -n "$own" ]; then kill -TERM "-$runner"
  else kill -TERM "$runner"
  fi 2>/dev/null
}

# KILL for everything but this shell and the pump, which still holds bytes that it has read and not yet written.
# Freezing everybody first makes the list of processes complete: what is stopped cannot fork.
wipe() {
  if [ -n "$alone" ] && [ -r /proc/self/stat ]; then
    kill -STOP -1
    cd /proc && for p in [0-9]*; do
      case $p in 1 | "$pump") ;; *) kill -KILL "$p" ;; esac
    done
    kill -CONT "$pump"
  else
    if [ -n "$own" ]; then kill -KILL "-$runner"; else kill -KILL "$runner"; fi
    i=0
    while [ "$i" -lt 20 ] && marked KILL; do i=$((i + 1)); done
  fi 2>/dev/null
}

# What an alarm and the dog do. They ignore TERM, because a stop says TERM to all. A sleep that did not end well was
# killed, by the command perhaps, and gets two successors.
sleeper='trap "" TERM INT HUP
  for attempt in 1 2 3; do sleep "$1" && break; done
  [ -z "$4" ] || : >"$4"
  kill -"$2" "$3"'

# Sends process $3 signal $2 after $1 seconds, having made file $4 where there is one. In a namespace it dies with this
# shell. Elsewhere it has a session of its own, so that one KILL ends it with its sleep: a trap in a subshell could miss
# the moment between the fork of the sleep and the wait for it. And it carries the marker, by which whoever cleans up
# after a supervisor that was killed finds it.
alarm() {
  if [ -n "$alone" ]; then
    (eval "$sleeper") </dev/null >/dev/null 2>&1 4>&- 5>&- &
  else
    LONGARM_COMMAND_ID=$id $own sh -c "$sleeper" longarm-alarm "$@" </dev/null >/dev/null 2>&1 4>&- 5>&- &
  fi
}

# Ends what alarm, or the like, has started: first the process, which may not lead its session yet, then the session.
call_off() {
  kill -KILL "$1"
  [ -z "$own" ] || kill -KILL "-$1"
} 2>/dev/null

# The first cause wins, and only it starts a grace.
stop() {
  woken=1
  [ -z "$cause" ] || return 0
  cause=$1
  [ ! -s "$d/grace" ] || read -r grace <"$d/grace"
  warn
  alarm "$grace" USR1 "$self"
  grimmer=$!
}

# Signals that come before there is anything to stop are remembered. They are trapped before the claim, because
# PID 1 does not even receive a signal that it has no handler for.
trap 'early=1' TERM INT HUP
mkdir "$d/started.d" 2>/dev/null || exit 125

# The room for the exit record, 48 bytes, is taken now, so that a command that fills the disk cannot keep it from being
# written.
printf '%-47s\n' 'no exit so far' >"$d/exit.tmp"
: >>"$d/out"
: >>"$d/started"

# Output goes through a pipe to a pump that appends to the spool. Were the spool itself the command's stdout, every
# "tee /dev/stderr" would truncate it, for opening /dev/stderr opens the file behind it anew. One pipe keeps stdout
# and stderr in true order. All its ends are opened here, before anybody waits for anybody.
mkfifo -m 622 "$d/pipe" || exit 125
exec 3<>"$d/pipe" 6<"$d/pipe" 5>"$d/pipe" 4>>"$d/started" 3>&-
rm -f "$d/pipe"
trap '' TERM INT HUP
(
  # Ignored, the signal of a file that is too large becomes an error, which "cat" reports like that of a full disk.
  [ -z "$blocks" ] || { trap '' XFSZ; ulimit -f "$blocks"; }
  exec cat <&6 >>"$d/out" 4>&- 5>&- 6<&-
) &
pump=$!
trap 'stop stop' TERM INT HUP
trap 'stop timeout' ALRM
trap 'woken=1; wipe' USR1
exec 6<&-

# The supervisor and its pump must not carry the marker themselves: they have to outlive what does.
(
  LONGARM_COMMAND_ID=$id
  export LONGARM_COMMAND_ID
  exec $own "$@" </dev/null
) &
runner=$!
exec 4>&- 5>&-

alarm "$limit" ALRM "$self"
timer=$!
if [ -n "$early" ] || [ -e "$d/grace" ]; then stop stop; fi

# A trapped signal ends "wait" early with a status above 128; then wait again, as long as there is somebody.
while :; do
  woken=
  wait "$runner"
  rc=$?
  [ "$rc" -gt 128 ] && [ -n "$woken" ] && kill -0 "$runner" 2>/dev/null || break
done
if [ -n "$woken" ]; then
  wait "$runner" 2>/dev/null
  again=$?
  [ "$again" = 127 ] || rc=$again
fi

# From here on no signal can change the cause. An exit seen before any signal of ours is an exit.
trap '' TERM INT HUP ALRM USR1
[ -n "$cause" ] || cause=exit
call_off "$timer"
[ -z "$grimmer" ] || call_off "$grimmer"
wipe

# With all other writers dead the pump comes to the end of the pipe. Only something that could not be killed keeps
# it from that, and then it is cut off after a while: what such a survivor writes is not the command's output.
alarm 5 KILL "$pump" "$d/cut"
dog=$!
wait "$pump"
pumped=$?
call_off "$dog"

# The verdict is written in place and then renamed, so nobody ever sees half of one. It holds the spool's size, because
# after a power cut it may be there while the end of the spool is not. "wc" puts blanks around its number on some systems.
name=exit
if [ "$pumped" -gt 128 ]; then name=severed; elif [ "$pumped" != 0 ]; then name=broken; fi
[ ! -e "$d/cut" ] || name=exit
bytes=
[ -e "$d/out" ] || name=broken
[ ! -s "$d/out" ] || bytes=$(wc -c <"$d/out") || name=broken
[ -s "$d/started" ] || name=unbegun
set -- $bytes
[ -n "$1" ] || set -- 0
printf '%-47s\n' "$rc $cause $1" 1<>"$d/exit.tmp" && mv "$d/exit.tmp" "$d/$name"
exit "$rc"
`;

/**
 * The last step before the user's command: `sh -c SCRIPT longarm-begin DIRECTORY ARGV…` goes to the working
 * directory, records the start by writing to the descriptor 4 that the supervisor opened, and becomes the command,
 * with the pipe (5) as stdout and stderr. Whatever comes between supervisor and this (isolation, another uid) can
 * fail without a trace in the spool, and is then known to have run nothing.
 */
export const beginScript = String.raw`
cd "$1" || exit 125
shift
unset OLDPWD
umask 022
echo begun >&4 || exit 125
exec "$@" >&5 2>&1 4>&- 5>&-
`;

/** The script as it is handed to a shell: without the comments, which are for readers of this file. */
export function withoutComments(script: string): string {
  return script.replaceAll(/^\s*#.*\n/gm, '').trim();
}
