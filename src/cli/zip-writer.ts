import { crc32, deflateRawSync } from 'node:zlib';

/** A file for the archive; the path relative, with `/`. */
export interface ZipEntry {
  readonly path: string;
  /** Permission bits, for example 0o755. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

const regularFile = 0o100_000;
// 1980-01-01: the same files make the same archive, so a request that is sent twice is known again.
const dosDate = 0x0021;
const utf8Names = 0x0800;

/**
 * Writes a zip with Unix modes, each file deflated where that makes it smaller. Files only: the server makes the
 * folders. Source: PKWARE APPNOTE 6.3.10 §4.3.7, §4.3.12, §4.3.16, without ZIP64.
 * @throws {RangeError} with more than 65,535 files or 4 GiB.
 */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const deflated = deflateRawSync(entry.bytes);
    const isSmaller = deflated.length < entry.bytes.length;
    const content = isSmaller ? deflated : entry.bytes;
    const name = Buffer.from(entry.path, 'utf8');
    const shared = sharedFields(entry.bytes, content.length, isSmaller, name.length);
    const local = Buffer.alloc(4);
    local.writeUInt32LE(0x04034b50);
    pieces.push(local, shared, name, content);
    directory.push(directoryHeader(shared, entry.mode, offset), name);
    offset += 4 + shared.length + name.length + content.length;
  }
  const directorySize = directory.reduce((sum, piece) => sum + piece.length, 0);
  if (entries.length > 0xffff || offset + directorySize > 0xffff_ffff) {
    throw new RangeError(`${entries.length} files with ${offset} bytes are more than a zip holds.`);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directorySize, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...pieces, ...directory, end]);
}

/** The 26 bytes that the local header and the directory's have alike. */
function sharedFields(bytes: Uint8Array, storedLength: number, isDeflated: boolean, nameLength: number): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0); // version needed: 2.0, for deflate
  fields.writeUInt16LE(utf8Names, 2);
  fields.writeUInt16LE(isDeflated ? 8 : 0, 4);
  fields.writeUInt16LE(dosDate, 8);
  fields.writeUInt32LE(crc32(bytes), 10);
  fields.writeUInt32LE(storedLength, 14);
  fields.writeUInt32LE(bytes.length, 18);
  fields.writeUInt16LE(nameLength, 22);
  return fields;
}

function directoryHeader(shared: Buffer, mode: number, offset: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((3 << 8) | 20, 4); // made on Unix, so the upper half of the attributes is a mode
  shared.copy(header, 6);
  header.writeUInt32LE(((regularFile | (mode & 0o777)) << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return header;
}
