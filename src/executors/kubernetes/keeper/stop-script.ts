/**
 * What is run in `keeper` to stop a command: `sh -c SCRIPT longarm-stop DIRECTORY GRACE`. Bars the start where the
 * command was not let begin; else leaves the grace for the supervisor, the first one only. Says `barred` or `open`.
 */
const stopScript = String.raw`
d=$1 grace=$2
if [ -d "$d/started.d" ] && [ ! -L "$d/started.d" ]; then
  gate=open
else
  ln -s barred "$d/gate" 2>/dev/null
  gate=$(readlink "$d/gate")
fi
if [ "$gate" = open ] && [ ! -e "$d/grace" ]; then
  echo "$grace" >"$d/grace.tmp" && ln "$d/grace.tmp" "$d/grace" 2>/dev/null
  rm -f "$d/grace.tmp"
fi
echo "$gate"
`;

/**
 * What is run in `command` to make its supervisor look: the supervisor is PID 1, and the TERM that it then sends to
 * everybody must not end this shell before it has said that it is done.
 */
const termScript = "trap '' TERM; kill -TERM 1 && echo asked";

/**
 * What is run in `keeper` to keep a supervisor from starting whose gate is open: takes its claim away with a symbolic
 * link, which `mkdir` respects as much as a directory. Says `barred`, or `begun` where it came first.
 */
const barScript = String.raw`
ln -s barred "$1/started.d" 2>/dev/null
if [ -L "$1/started.d" ]; then echo barred; else echo begun; fi
`;

/** The argv that keeps a supervisor from starting that has not yet. */
export function startBar(directory: string): readonly string[] {
  return ['/bin/sh', '-c', barScript, 'longarm-bar', directory];
}

/** The argv that decides, in `keeper`, between barring a start and stopping what began. */
export function stopOrder(directory: string, graceSeconds: string): readonly string[] {
  return ['/bin/sh', '-c', stopScript, 'longarm-stop', directory, graceSeconds];
}

/** The argv that tells the supervisor, in `command`. */
export const termOrder: readonly string[] = ['/bin/sh', '-c', termScript, 'longarm-term'];
