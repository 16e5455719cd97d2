/**
 * The launcher: `sh -c SCRIPT longarm-launcher DIRECTORY ARGV…` records who it is, and then becomes ARGV, which keeps
 * its PID and start time. The record is made by `ln`, atomically and at most once in a directory's life, so of two
 * launchers one ends with 125 before anything happened, and a record is never half written. What it is a link to stays:
 * to remove it would take one program more, and the directory goes as a whole.
 *
 * Three lines: the PID; the id of this boot of the machine; when the process started, as the system words it.
 */
export const launcherScript = String.raw`umask 077
d=$1
shift
own=$d/launcher.$$
if [ -r "/proc/$$/stat" ]; then
  read -r boot </proc/sys/kernel/random/boot_id
  read -r start <"/proc/$$/stat"
else
  boot=$(sysctl -n kern.bootsessionuuid)
  start=$(LC_ALL=C ps -o lstart= -p $$)
fi
printf '%s\n%s\n%s\n' "$$" "$boot" "$start" >"$own" || exit 125
ln "$own" "$d/launcher" 2>/dev/null || exit 125
exec "$@"`;
