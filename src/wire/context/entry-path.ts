import type { LongarmError } from '../../core/error-code.ts';
import type { ContextLimits } from './context-limits.ts';
import { refuseEntry } from './refusal.ts';

/** Where an entry belongs, relative to the working directory. `path` is empty for the working directory itself. */
export interface EntryPath {
  readonly path: string;
  readonly isFolder: boolean;
}

/**
 * Turns the name of an entry into a path that stays in the working directory, whatever shell, file system or platform
 * takes it. `.` segments are dropped (`bsdtar` writes `./a`); nothing else is repaired, everything else is refused.
 * Source: APPNOTE.TXT 6.3.10, §4.4.17.1: relative, forward slashes, no drive letter.
 * @throws {LongarmError} InvalidContext, its message naming the entry and the way out.
 */
export function parseEntryPath(name: string, limits: ContextLimits): EntryPath {
  if (name === '') throw refuseEntry(name, 'has no name. Pack the files again.');
  if (name.includes('\\')) {
    throw refuseEntry(
      name,
      "has a backslash in its name. Archives need '/' between folders: Compress-Archive of Windows PowerShell 5 writes " +
        "'\\', so pack with PowerShell 7, with `tar -a -c -f context.zip`, or let `az aks command invoke -f` pack.",
    );
  }
  if (name.startsWith('/')) throw refuseEntry(name, 'has an absolute path. Pack with paths relative to one folder.');
  if (/^[A-Za-z]:/.test(name)) {
    throw refuseEntry(name, 'begins with a drive letter. Pack with paths relative to one folder.');
  }
  const isFolder = /(?:^|\/)\.?$/.test(name);
  const written = name.replace(/\/$/, '').split('/');
  if (written.includes('')) throw refuseEntry(name, 'has an empty segment (`//`) in its path. Pack the files again.');
  if (written.includes('..')) {
    throw refuseEntry(name, 'leads out of the working directory (`..`). Pack with paths relative to one folder.');
  }
  const segments = written.filter((segment) => segment !== '.');
  const tooLong = findTooLong(name, segments, limits);
  if (tooLong !== undefined) throw tooLong;
  return { path: segments.join('/'), isFolder };
}

function findTooLong(name: string, segments: readonly string[], limits: ContextLimits): LongarmError | undefined {
  if (segments.length > limits.depth) {
    return refuseEntry(name, `lies ${segments.length} levels deep; at most ${limits.depth} are allowed.`);
  }
  const bytes = Buffer.byteLength(segments.join('/'));
  if (bytes > limits.pathBytes) {
    return refuseEntry(name, `has a path of ${bytes} bytes; at most ${limits.pathBytes} are allowed.`);
  }
  const longest = Math.max(0, ...segments.map((segment) => Buffer.byteLength(segment)));
  if (longest <= limits.segmentBytes) return undefined;
  return refuseEntry(
    name,
    `has a file or folder name of ${longest} bytes in its path; at most ${limits.segmentBytes} are allowed.`,
  );
}
