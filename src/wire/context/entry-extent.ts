import type { Entry, LocalFileHeader } from 'yauzl';
import type { ArchiveEnd } from './archive-end.ts';
import { refuseContext, refuseEntry } from './refusal.ts';

/** The bytes of the archive that one entry takes: its own header and its packed content. `to` is exclusive. */
export interface EntryExtent {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const sizesFollow = 0x8;
const inZip64Field = 0xffffffff;

/**
 * Where an entry lies, once its own header agrees with the list of entries. A reader that believed the other of the
 * two would see other files: nothing honest writes such an archive.
 * @throws {LongarmError} InvalidContext.
 */
export function entryExtent(entry: Entry, header: LocalFileHeader, name: string): EntryExtent {
  const agrees = (ofHeader: number, ofList: number) =>
    ofHeader === ofList || ofHeader === inZip64Field || (header.generalPurposeBitFlag & sizesFollow) !== 0;
  if (!header.fileName.equals(entry.fileNameRaw) || header.compressionMethod !== entry.compressionMethod) {
    throw refuseEntry(
      name,
      'has another name or compression in its own header than in the list. Pack the files again.',
    );
  }
  if (
    !agrees(header.compressedSize, entry.compressedSize) ||
    !agrees(header.uncompressedSize, entry.uncompressedSize)
  ) {
    throw refuseEntry(name, 'has other sizes in its own header than in the list of entries. Pack the files again.');
  }
  return { name, from: entry.relativeOffsetOfLocalHeader, to: header.fileDataStart + entry.compressedSize };
}

/**
 * Holds all entries apart: overlapping ones are how a small archive unpacks into a huge one.
 * @throws {LongarmError} InvalidContext.
 */
export function refuseOverlaps(extents: readonly EntryExtent[], end: ArchiveEnd): void {
  let before = 0;
  for (const extent of extents.toSorted((a, b) => a.from - b.from)) {
    if (extent.from < before) {
      throw refuseEntry(extent.name, 'shares bytes of the archive with another entry. Pack the files again.');
    }
    if (extent.to > end.directoryOffset) {
      throw refuseEntry(extent.name, 'runs into the list of entries. The archive is damaged; pack the files again.');
    }
    before = extent.to;
  }
}

/**
 * Compares the list that was read with the length that the archive gives it: entries beyond the count would be hidden.
 * @throws {LongarmError} InvalidContext.
 */
export function refuseHiddenEntries(entries: readonly Entry[], end: ArchiveEnd): void {
  const read = entries.reduce(
    (sum, { fileNameLength, extraFieldLength, fileCommentLength }) =>
      sum + 46 + fileNameLength + extraFieldLength + fileCommentLength,
    0,
  );
  if (read !== end.directoryBytes) {
    throw refuseContext(
      `is a zip that counts ${end.entries} entries, and its list of entries has another length. Pack the files again.`,
    );
  }
}
