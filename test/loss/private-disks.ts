import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Sizes in bytes, by the folder that a file system of this size is mounted on, '' being the topmost. */
export type Disks = Readonly<Record<string, number>>;

/** Mounts the disks, given as PATH SIZE pairs before `--`, and becomes the rest. */
const mountScript = String.raw`set -e
while [ "$1" != -- ]; do
  mkdir -p -m 700 "$1"
  mount -t tmpfs -o "size=$2,mode=700" longarm-test "$1"
  shift 2
done
shift
exec "$@"`;

/** What to put before a program so that it, and nobody else, sees the disks below the directory. Needs root on Linux. */
export function withDisks(directory: string, disks: Disks = {}): readonly string[] {
  const pairs = Object.entries(disks).flatMap(([place, size]) => [join(directory, place), String(size)]);
  if (pairs.length === 0) return [];
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mountScript, 'mounts', ...pairs, '--'];
}

/** Gives a disk that the process sees another size. @throws {Error} when it is not mounted */
export function resizeDisk(pid: number, path: string, sizeBytes: number): void {
  const options = `remount,size=${sizeBytes}`;
  execFileSync('nsenter', ['--target', String(pid), '--mount', 'mount', '-o', options, path], { stdio: 'pipe' });
}
