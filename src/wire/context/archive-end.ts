import { refuseContext } from './refusal.ts';

/** Where the list of entries lies in an archive. */
export interface ArchiveEnd {
  readonly entries: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
}

const recordBytes = 22;
const locatorBytes = 20;

/**
 * Reads the record at the end of a zip and holds it to what a context may be: one disk, nothing behind the archive,
 * nothing between the list of entries and its end, and not in the zip64 form, which below 4 GiB and 65,535 entries no
 * archive needs. The reader of entries trusts these numbers; what they leave out would be hidden.
 * Source: APPNOTE.TXT 6.3.10, §4.3.16.
 * @throws {LongarmError} InvalidContext.
 */
export function readArchiveEnd(zip: Buffer): ArchiveEnd {
  const at = findRecord(zip);
  const entriesHere = zip.readUInt16LE(at + 8);
  const entries = zip.readUInt16LE(at + 10);
  const directoryBytes = zip.readUInt32LE(at + 12);
  const directoryOffset = zip.readUInt32LE(at + 16);
  if (zip.readUInt16LE(at + 4) !== 0 || zip.readUInt16LE(at + 6) !== 0 || entriesHere !== entries) {
    throw refuseContext('is one part of a zip in several parts. Send one whole archive.');
  }
  if (at >= locatorBytes && zip.readUInt32LE(at - locatorBytes) === 0x07064b50) {
    throw refuseContext(
      'is a zip in the zip64 form, which an archive of this size does not need. Pack it without zip64.',
    );
  }
  if (directoryOffset + directoryBytes !== at) {
    throw refuseContext(
      'is a zip whose end does not say where its list of entries is: it was cut, or something stands before or in it. ' +
        'Pack it again.',
    );
  }
  return { entries, directoryOffset, directoryBytes };
}

/** The record is the last thing in the archive but for a comment whose length it tells. */
function findRecord(zip: Buffer): number {
  const first = Math.max(0, zip.length - recordBytes - 0xffff);
  for (let at = zip.length - recordBytes; at >= first; at--) {
    if (zip.readUInt32LE(at) !== 0x06054b50) continue;
    if (at + recordBytes + zip.readUInt16LE(at + 20) === zip.length) return at;
    throw refuseContext('is a zip with something behind its end. Send the archive alone.');
  }
  if (zip.length >= 2 && zip.readUInt16BE(0) === 0x1f8b) {
    throw refuseContext('is gzip, not a zip. Send a zip file.');
  }
  throw refuseContext('is not a zip file, or its end was cut off.');
}
