import { crc32, createInflateRaw } from 'node:zlib';
import type { Entry } from 'yauzl';
import { refuseEntry } from './refusal.ts';

const stored = 0;
const deflated = 8;

/**
 * The content of one entry, piece by piece, so that nobody needs to hold more of it than he wants. Unpacking ends as
 * soon as there is more than the entry declares, so what a lying archive costs is bounded by what it admits, and that
 * is bounded before.
 * @throws {LongarmError} InvalidContext when size or checksum are not as declared, or the packed bytes are damaged: at
 * the end at the latest, so a content is whole only when it was read to its end.
 */
export async function* unpackEntry(entry: Entry, packed: Uint8Array, name: string): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  let checksum = 0;
  for await (const piece of entry.compressionMethod === stored ? [packed] : inflate(entry, packed, name)) {
    bytes += piece.length;
    if (bytes > entry.uncompressedSize) throw wrongSize(entry, name);
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (bytes !== entry.uncompressedSize) throw wrongSize(entry, name);
  if (checksum !== entry.crc32) {
    throw refuseEntry(name, 'does not have the checksum that it declares. The archive is damaged; pack it again.');
  }
}

/** Refuses an entry that could not be unpacked. @throws {LongarmError} InvalidContext. */
export function refuseUnreadable(entry: Entry, name: string): void {
  if (entry.isEncrypted()) throw refuseEntry(name, 'is encrypted. Pack it without a password.');
  if (entry.compressionMethod !== stored && entry.compressionMethod !== deflated) {
    throw refuseEntry(
      name,
      `is packed by method ${entry.compressionMethod}. Only "store" (0) and "deflate" (8) are taken: pack it with one of them.`,
    );
  }
  if (entry.compressionMethod === stored && entry.compressedSize !== entry.uncompressedSize)
    throw wrongSize(entry, name);
}

async function* inflate(entry: Entry, packed: Uint8Array, name: string): AsyncGenerator<Uint8Array, void> {
  // One chunk where the whole is small, so that thousands of small files do not take 16 KiB each.
  const chunkSize = Math.min(Math.max(64, entry.uncompressedSize + 1), 64 * 1024);
  const inflating = createInflateRaw({ chunkSize });
  inflating.end(packed);
  try {
    for await (const piece of inflating) yield piece;
  } catch (error) {
    throw refuseEntry(name, 'cannot be unpacked: its packed bytes are damaged or cut off. Pack it again.', error);
  }
}

function wrongSize(entry: Entry, name: string) {
  return refuseEntry(
    name,
    `does not unpack to the ${entry.uncompressedSize} bytes that it declares. The archive is damaged; pack it again.`,
  );
}
