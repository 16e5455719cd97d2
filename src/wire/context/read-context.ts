import type { AttachedFile } from '../../core/launch.ts';
import { type ContextLimits, defaultContextLimits } from './context-limits.ts';
import { guessMode } from './entry-mode.ts';
import { type ContextEntry, openContext } from './open-context.ts';

/**
 * Unpacks the files that came with a command. Folders are made of the paths of files, so an empty folder is lost.
 *
 * Modes are the Unix ones where the entry has one, else 0644, or 0755 for what begins with `#!`.
 * @param zip the archive, as `decodeBase64` gives it. No bytes at all hold no files.
 * @param limits in place of the default ones.
 * @throws {LongarmError} InvalidContext, target `context`; the message names the entry and says what to do.
 */
export async function readContext(
  zip: Uint8Array,
  limits: Partial<ContextLimits> = {},
): Promise<readonly AttachedFile[]> {
  const files: AttachedFile[] = [];
  for (const entry of await openContext(zip, { ...defaultContextLimits, ...limits })) {
    const bytes = await contentOf(entry);
    if (!entry.isFolder) files.push({ path: entry.path, mode: entry.mode ?? guessMode(bytes), bytes });
  }
  return files;
}

/**
 * Holds an archive to all that `readContext` would hold it to, and keeps nothing of what it unpacks.
 * @returns how many files it holds.
 * @throws {LongarmError} InvalidContext, as `readContext` does.
 */
export async function checkContext(zip: Uint8Array, limits: Partial<ContextLimits> = {}): Promise<number> {
  let files = 0;
  for (const entry of await openContext(zip, { ...defaultContextLimits, ...limits })) {
    for await (const piece of entry.unpack()) void piece; // it is the reading that checks
    if (!entry.isFolder) files += 1;
  }
  return files;
}

async function contentOf(entry: ContextEntry): Promise<Uint8Array> {
  const bytes = new Uint8Array(entry.size);
  let at = 0;
  for await (const piece of entry.unpack()) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
