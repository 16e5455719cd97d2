import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import type { Entry } from 'yauzl';
import { refuseEntry } from './refusal.ts';

const stored = 0;
const deflated = 8;

/**
 * The content of one entry. Unpacking ends as soon as there is one byte more than the entry declares, so what a lying
 * archive costs is bounded by what it admits, and that is bounded before.
 * @throws {LongarmError} InvalidContext when size or checksum are not as declared, or the packed bytes are damaged.
 */
export async function unpackEntry(entry: Entry, packed: Uint8Array, name: string): Promise<Uint8Array> {
  const content = entry.compressionMethod === stored ? packed : await inflate(entry, packed, name);
  if (content.length !== entry.uncompressedSize) throw wrongSize(entry, name);
  if (crc32(content) !== entry.crc32) {
    throw refuseEntry(name, 'does not have the checksum that it declares. The archive is damaged; pack it again.');
  }
  return content;
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

async function inflate(entry: Entry, packed: Uint8Array, name: string): Promise<Uint8Array> {
  const maxOutputLength = Math.max(1, entry.uncompressedSize);
  // One chunk where the whole is small, so that thousands of small files do not take 16 KiB each.
  const chunkSize = Math.min(Math.max(64, entry.uncompressedSize + 1), 64 * 1024);
  try {
    return await promisify(inflateRaw)(packed, { maxOutputLength, chunkSize });
  } catch (error) {
    if (error instanceof RangeError) throw wrongSize(entry, name);
    throw refuseEntry(name, 'cannot be unpacked: its packed bytes are damaged or cut off. Pack it again.', error);
  }
}

function wrongSize(entry: Entry, name: string) {
  return refuseEntry(
    name,
    `does not unpack to the ${entry.uncompressedSize} bytes that it declares. The archive is damaged; pack it again.`,
  );
}
