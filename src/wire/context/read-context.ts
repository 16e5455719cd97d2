import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { LongarmError } from '../../core/error-code.ts';
import type { AttachedFile } from '../../core/launch.ts';
import { singleLine } from '../quote.ts';
import { type ArchiveEnd, readArchiveEnd } from './archive-end.ts';
import { decodeBase64 } from './base64.ts';
import { type ContextLimits, defaultContextLimits } from './context-limits.ts';
import { type EntryExtent, entryExtent, refuseHiddenEntries, refuseOverlaps } from './entry-extent.ts';
import { guessMode, readEntryMode } from './entry-mode.ts';
import { readEntryName } from './entry-name.ts';
import { type EntryPath, parseEntryPath } from './entry-path.ts';
import { addSize } from './entry-size.ts';
import { EntryTree } from './entry-tree.ts';
import { refuseContext, refuseEntry } from './refusal.ts';
import { refuseUnreadable, unpackEntry } from './unpack-entry.ts';

interface ListedEntry extends EntryPath {
  readonly name: string;
  readonly mode: number | undefined;
  readonly entry: Entry;
}

/**
 * Unpacks the files that came with a command: the base64 of a zip (see `base64.ts`), or nothing at all. Everything that
 * an archive says is checked before the first byte is unpacked, and folders are made of the paths of files, so an empty
 * folder is lost. A zip64 form and anything behind or before the archive are refused.
 *
 * Modes are the Unix ones where the entry has one, else 0644, or 0755 for what begins with `#!`.
 * @param limits in place of the default ones.
 * @throws {LongarmError} InvalidContext, target `context`; the message names the entry and says what to do.
 */
export async function readContext(
  base64: string,
  limits: Partial<ContextLimits> = {},
): Promise<readonly AttachedFile[]> {
  const zip = decodeBase64(base64);
  if (zip.length === 0) return [];
  const held = { ...defaultContextLimits, ...limits };
  const end = readArchiveEnd(zip);
  if (end.entries > held.entries) {
    throw refuseContext(
      `has ${end.entries} entries; at most ${held.entries} are allowed. Send what the command needs.`,
    );
  }
  try {
    const archive = await openArchive(zip);
    return await unpackAll(archive, zip, await listEntries(archive, end, held), end);
  } catch (error) {
    if (error instanceof LongarmError) throw error;
    if (!(error instanceof Error)) throw error;
    // Whatever the library says of a malformed archive; its messages tell of the archive alone.
    throw refuseContext(`is a damaged zip: ${singleLine(error.message).slice(0, 200)}. Pack the files again.`, error);
  }
}

/** Names and sizes are checked by us, with messages that tell what to do; so the library leaves them alone. */
function openArchive(zip: Buffer): Promise<ZipFile> {
  return fromBufferPromise(zip, { decodeStrings: false, validateEntrySizes: false });
}

async function listEntries(archive: ZipFile, end: ArchiveEnd, limits: ContextLimits): Promise<readonly ListedEntry[]> {
  const listed: ListedEntry[] = [];
  const tree = new EntryTree();
  let unpackedBytes = 0;
  for await (const entry of archive.eachEntry()) {
    const name = readEntryName(entry);
    const path = parseEntryPath(name, limits);
    const mode = readEntryMode(entry, name, path);
    refuseUnreadable(entry, name);
    if (path.isFolder && entry.uncompressedSize !== 0) throw refuseEntry(name, 'is a folder with content. Pack again.');
    unpackedBytes = addSize(unpackedBytes, entry, name, limits);
    tree.add(name, path);
    listed.push({ ...path, name, mode, entry });
  }
  refuseHiddenEntries(
    listed.map(({ entry }) => entry),
    end,
  );
  return listed;
}

async function unpackAll(
  archive: ZipFile,
  zip: Buffer,
  listed: readonly ListedEntry[],
  end: ArchiveEnd,
): Promise<readonly AttachedFile[]> {
  const extents: EntryExtent[] = [];
  const starts: number[] = [];
  for (const { entry, name } of listed) {
    const header = await archive.readLocalFileHeaderPromise(entry);
    extents.push(entryExtent(entry, header, name));
    starts.push(header.fileDataStart);
  }
  refuseOverlaps(extents, end);
  const files: AttachedFile[] = [];
  for (const [index, { entry, name, path, isFolder, mode }] of listed.entries()) {
    const start = starts[index] ?? 0;
    const content = await unpackEntry(entry, zip.subarray(start, start + entry.compressedSize), name);
    if (!isFolder) files.push({ path, mode: mode ?? guessMode(content), bytes: content });
  }
  return files;
}
