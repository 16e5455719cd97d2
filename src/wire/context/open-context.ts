import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { LongarmError } from '../../core/error-code.ts';
import { singleLine } from '../quote.ts';
import { type ArchiveEnd, readArchiveEnd } from './archive-end.ts';
import type { ContextLimits } from './context-limits.ts';
import { type EntryExtent, entryExtent, refuseHiddenEntries, refuseOverlaps } from './entry-extent.ts';
import { readEntryMode } from './entry-mode.ts';
import { readEntryName } from './entry-name.ts';
import { type EntryPath, parseEntryPath } from './entry-path.ts';
import { refuseRatio, refuseSum } from './entry-size.ts';
import { EntryTree } from './entry-tree.ts';
import { refuseContext, refuseEntry } from './refusal.ts';
import { refuseUnreadable, unpackEntry } from './unpack-entry.ts';

/** An entry of an archive in which everything that can be told without unpacking is as it must be. */
export interface ContextEntry extends EntryPath {
  /** What it declares to unpack to, in bytes; within the limits. */
  readonly size: number;
  /** Permission bits; `undefined` where the archive says none that are meant. */
  readonly mode: number | undefined;
  /** Its content, piece by piece. @throws {LongarmError} InvalidContext where it is not what the entry declares. */
  unpack(): AsyncIterable<Uint8Array>;
}

interface ListedEntry extends EntryPath {
  readonly name: string;
  readonly mode: number | undefined;
  readonly entry: Entry;
}

/**
 * Opens the archive of files that came with a command: a zip, or nothing at all. Everything that an archive says is
 * checked here, before the first byte is unpacked. A zip64 form and anything behind or before the archive are refused.
 * @throws {LongarmError} InvalidContext, target `context`; the message names the entry and says what to do.
 */
export async function openContext(zip: Uint8Array, limits: ContextLimits): Promise<readonly ContextEntry[]> {
  if (zip.length === 0) return [];
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.length);
  const end = readArchiveEnd(bytes);
  if (end.entries > limits.entries) {
    throw refuseContext(
      `has ${end.entries} entries; at most ${limits.entries} are allowed. Send what the command needs.`,
    );
  }
  try {
    const archive = await openArchive(bytes);
    return await locateEntries(archive, bytes, await listEntries(archive, end, limits), end);
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
  for await (const entry of archive.eachEntry()) {
    const name = readEntryName(entry);
    const path = parseEntryPath(name, limits);
    const mode = readEntryMode(entry, name, path);
    refuseUnreadable(entry, name);
    if (path.isFolder && entry.uncompressedSize !== 0) throw refuseEntry(name, 'is a folder with content. Pack again.');
    refuseRatio(entry, name, limits);
    tree.add(name, path);
    listed.push({ ...path, name, mode, entry });
  }
  const entries = listed.map(({ entry }) => entry);
  refuseHiddenEntries(entries, end);
  refuseSum(entries, limits);
  return listed;
}

async function locateEntries(
  archive: ZipFile,
  zip: Buffer,
  listed: readonly ListedEntry[],
  end: ArchiveEnd,
): Promise<readonly ContextEntry[]> {
  const extents: EntryExtent[] = [];
  const located: ContextEntry[] = [];
  for (const { entry, name, path, isFolder, mode } of listed) {
    const header = await archive.readLocalFileHeaderPromise(entry);
    const extent = entryExtent(entry, header, name);
    extents.push(extent);
    const unpack = () => unpackEntry(entry, zip.subarray(header.fileDataStart, extent.to), name);
    located.push({ path, isFolder, mode, size: entry.uncompressedSize, unpack });
  }
  refuseOverlaps(extents, end);
  return located;
}
