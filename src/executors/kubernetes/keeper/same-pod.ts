/** The variable in which the keeper has the uid of its pod. */
export const podUidVariable = 'LONGARM_POD_UID';

/** The exit code that says that a program was not even begun, because the pod is another one. */
export const otherPodExit = 97;

const guardScript = String.raw`
[ "$LONGARM_POD_UID" = "$1" ] || exit ${otherPodExit}
shift
exec "$@"
`;

/**
 * The same argv, for the keeper of the pod with that uid alone. An exec names a pod by its name, and where one was taken
 * away and made anew behind our back, a gate must not be opened, or a word be taken, in the wrong one.
 */
export function inSamePod(uid: string, argv: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', guardScript, 'longarm-pod', uid, ...argv];
}
