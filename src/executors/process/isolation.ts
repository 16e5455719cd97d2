/** What the machine lets us put between a command and the rest, and how. Found out by `probeIsolation`. */
export interface Isolation {
  /**
   * `namespaces`: a PID and a mount namespace for each command. `session`: neither could be had; a command is then
   * known by its process session and by a marker in its environment.
   */
  readonly kind: 'namespaces' | 'session';
  /** Whether a command can be given another uid: the server is root, and not only in a container's eyes. */
  readonly canDropUid: boolean;
  /**
   * Whether the command has a PID namespace below the supervisor's. Without it a command of the supervisor's own uid
   * can kill the timers that would end it, and the pump that writes its output.
   */
  readonly nested: boolean;
  /** Whether `env --default-signal` undoes that a background process of `sh` ignores SIGINT. */
  readonly restoresSignals: boolean;
  /** What is promised, a sentence each. */
  readonly promises: readonly string[];
  /** What is not, and what to do about it, a sentence each. */
  readonly weaknesses: readonly string[];
}

/** A step of the way from the launcher to the command, as argv that is put before the rest. */
export type Step = readonly string[];

/**
 * What the supervisor runs under: its own PID namespace with its own /proc. With `--kill-child` everything in it
 * dies with the `unshare` that the launcher became. Without root a user namespace lends the rights for that.
 */
export function outerStep(isolation: Isolation): Step {
  if (isolation.kind === 'session') return [];
  const user = isolation.canDropUid ? [] : ['--user', '--map-current-user', '--keep-caps'];
  const namespaces = ['--pid', '--fork', '--kill-child', '--mount', '--mount-proc', '--propagation', 'private'];
  return ['unshare', ...user, ...namespaces];
}

/** What the way in depends on. */
export interface Entry {
  readonly isolation: Isolation;
  /** The directory that the command must not see. Absolute and without links. */
  readonly maskedDirectory: string;
  /** The directory below it that the command may see and write. */
  readonly box: string;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** What `LC_ALL` is for the command. All that leads to it has `C`: to load another one takes each program its time. */
  readonly locale: string;
}

/**
 * What the command runs under, within the supervisor's namespaces: where it can be had a PID namespace below, in which
 * it sees nothing of the supervisor; a mount namespace in which a tmpfs lies over the masked directory with only the
 * box bound back. Then either another uid for good, or a user namespace below: mounts that a less privileged namespace
 * inherits are locked together, so the command cannot undo the mask, and it has no ptrace rights over PID 1, whose
 * /proc/1/root would lead around it.
 */
export function innerStep(entry: Entry): Step {
  const { isolation, maskedDirectory, box, owner } = entry;
  const signals = isolation.restoresSignals ? ['--default-signal=INT,QUIT'] : [];
  const last = ['env', ...signals, `LC_ALL=${entry.locale}`];
  if (isolation.kind === 'session') return last;
  const below = isolation.nested ? ['--pid', '--fork', '--mount-proc'] : [];
  const mounts = ['unshare', '--mount', '--propagation', 'private', ...below];
  const lastStep = isolation.nested ? firstProcess : 'exec "$@"';
  const mask = ['/bin/sh', '-c', `${maskScript}\n${lastStep}`, 'longarm-mask', maskedDirectory, box];
  const confined =
    owner === undefined
      ? ['unshare', '--user', '--map-current-user', '--mount', '--propagation', 'private']
      : ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', ...noPrivileges];
  return [...mounts, ...mask, ...confined, ...last];
}

const noPrivileges = ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];

/**
 * The box is held by a descriptor while the mask goes over its path, and is bound back through /proc/self/fd, which
 * `mount -c` does not resolve. The descriptor is closed then: it would lead the command to what is under the mask.
 */
const maskScript = String.raw`set -e
umask 022
exec 7<"$2"
mount -t tmpfs -o size=64k,mode=755,nosuid,nodev longarm "$1"
mount -c -o bind,X-mount.mkdir=0755 /proc/self/fd/7 "$2"
mount -o remount,ro "$1"
exec 7<&-
shift 2`;

/**
 * PID 1 of the command's namespace. The command must not be that itself, for the kernel spares PID 1 the signals that
 * it sends itself. This one is out of its reach: its descriptors too, and its session, because a `kill 0` reaches the
 * whole process group across namespaces.
 */
const firstProcess = String.raw`set +e
setsid "$@" &
command=$!
trap '' TERM INT HUP
exec 4>&- 5>&-
wait "$command"`;
