import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Sizes in bytes, by the folder that a file system of this size is mounted on, '' being the topmost. */
export type Disks = Readonly<Record<string, number>>;

/** What the mounts are called; without it `mount` looks for them in files that know nothing of them. */
const source = 'longarm-test';

/** Mounts the disks, given as PATH SIZE pairs before `--`, and becomes the rest. */
const mountScript = String.raw`set -e
while [ "$1" != -- ]; do
  mkdir -p -m 700 "$1"
  mount -t tmpfs -o "size=$2,mode=700" ${source} "$1"
  shift 2
done
shift
exec "$@"`;

/** A mount namespace of one's own; who is not root gets one with a user namespace, in which it is. */
const ownMounts = [...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount'];

/** What to put before a program so that it, and nobody else, sees the disks below the directory. Linux only. */
export function withDisks(directory: string, disks: Disks = {}): readonly string[] {
  const pairs = Object.entries(disks).flatMap(([place, size]) => [join(directory, place), String(size)]);
  if (pairs.length === 0) return [];
  return ['unshare', ...ownMounts, '--propagation', 'private', 'sh', '-c', mountScript, 'mounts', ...pairs, '--'];
}

/** Gives a disk that the process sees another size. @throws {Error} when it is not mounted */
export function resizeDisk(pid: number, path: string, sizeBytes: number): void {
  const options = `remount,size=${sizeBytes}`;
  const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--preserve-credentials', '--mount'];
  execFileSync('nsenter', ['--target', String(pid), ...namespaces, 'mount', '-o', options, source, path], {
    stdio: 'pipe',
  });
}
