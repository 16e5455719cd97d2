/**
 * What is run in `keeper` to read the spool: `sh -c SCRIPT longarm-spool DIRECTORY HOW OFFSET`. The spool's bytes from
 * the offset on go to stdout, raw; what else there is to know goes to stderr as lines (`facts.ts`), the last of them
 * `end`. Only that line proves that everything was said: a stream may end early and still report success.
 *
 * HOW is `open` (let the command begin, then follow it to its end), `follow` (without that), `drain` (read what there
 * is) or `look` (only the facts).
 *
 * A reader ends all others first. An abandoned one would wait for ever for somebody to take its bytes.
 */
const spoolScript = String.raw`
d=$1 how=$2 from=$3
[ "$how" = look ] || kill -9 -1 2>/dev/null
echo hello >&2
# Where a command has begun there is a spool, unless the command took it away; it must not look as if it were empty.
[ -d "$d/started.d" ] || : >>"$d/out"
[ "$how" != open ] || ln -s open "$d/gate" 2>/dev/null
if [ -e "$d/out" ]; then exec 3<"$d/out"; else exec 3</dev/null; fi
size() { stat -Lc %s /proc/self/fd/3; }

# Whoever makes the link decides. A command that has begun can take it away, and was let begin none the less.
gate() { if [ -d "$d/started.d" ] && [ ! -L "$d/started.d" ]; then echo open; else readlink "$d/gate" 2>/dev/null; fi; }
# Not every "stat" says the zone that it writes a time in, so the seconds of the epoch come before it.
began() { [ ! -s "$d/started" ] || echo "began $(stat -c '%Y %y' "$d/started")" >&2; }
# A spool that is shorter than what was read of it was cut, and has nothing that could be read on.
[ "$(size)" -ge "$from" ] || how=look

if [ "$how" != look ]; then
  # Nothing is copied: with a count of 0 this only moves the offset that "cat" goes on from. Not every image has it.
  [ "$from" = 0 ] || dd bs=1 skip="$from" count=0 <&3 2>/dev/null || tail -c "+$((from + 1))" <&3 || exit 9
  i=0 told= gate=
  while :; do
    # The end is looked for before the read, so that the read after it has everything.
    over=
    [ "$how" != drain ] || over=1
    for record in exit broken severed unbegun; do
      [ ! -e "$d/$record" ] || over=1
    done
    if [ -z "$told" ] && [ -s "$d/started" ]; then told=1; began; fi
    cat <&3 || exit 9
    [ -z "$over" ] || break
    # Whoever decided has decided for good.
    [ -n "$gate" ] || gate=$(gate)
    [ "$gate" != barred ] || break
    i=$((i + 1))
    if [ "$i" -lt 25 ]; then pause=0.02; elif [ "$i" -lt 50 ]; then pause=0.05; elif [ "$i" -lt 1000 ]; then pause=0.1; else pause=0.25; fi
    sleep "$pause" 2>/dev/null || sleep 1
  done
fi

{
  echo "gate $(gate)"
  for record in severed broken exit unbegun; do
    [ -e "$d/$record" ] || continue
    # In hex, because only what is exactly a record counts as one.
    echo "record $record $(head -c 64 "$d/$record" | od -An -v -tx1 | tr -d ' \n') at $(stat -c '%Y %y' "$d/$record")"
    # The command can write to the log as well, a line without end for one, and a full disk cuts lines: what "sed" is
    # given has an end in any case, or it would run into the next line of ours.
    [ "$record" = exit ] || { tail -c 2048 "$d/log" | tail -n 5 | tr -d '\000' && echo; } 2>/dev/null | sed 's/^/said /'
  done
  echo "size $(size)"
} >&2
began
echo end >&2
`;

/** The argv of a read. */
export function spoolReader(
  directory: string,
  how: 'open' | 'follow' | 'drain' | 'look',
  offset = 0,
): readonly string[] {
  return ['/bin/sh', '-c', spoolScript, 'longarm-spool', directory, how, String(offset)];
}
