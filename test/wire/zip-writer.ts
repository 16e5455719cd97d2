import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of an archive, and how it lies. What is left out is written honestly. */
export interface ZipEntry {
  readonly name: string | Buffer;
  readonly content?: string | Uint8Array;
  /** 0 stores, 8 deflates; any other number is written over stored content. */
  readonly method?: number;
  /** The Unix mode with its type bits. */
  readonly mode?: number;
  /** 3 is Unix, 0 is MS-DOS and Windows. */
  readonly host?: number;
  readonly flags?: number;
  /** In place of the true ones, in both headers. */
  readonly declared?: { readonly size?: number; readonly packed?: number; readonly crc?: number };
  /** In place of the true ones, in the entry's own header only. */
  readonly own?: { readonly name?: string; readonly size?: number; readonly method?: number };
}

/** How the archive as a whole lies. */
export interface ZipLies {
  readonly count?: number;
  readonly countHere?: number;
  readonly behind?: Buffer;
  readonly comment?: string;
  /** Bytes between the list of entries and the end record. */
  readonly between?: Buffer;
}

/** Writes a zip by APPNOTE.TXT 6.3.10, honest or not. */
export function writeZip(entries: readonly ZipEntry[], lies: ZipLies = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const { fields, packed } = fieldsOf(entry);
    directory.push(listHeader(entry, fields, at));
    const own = Buffer.concat([ownHeader(entry, fields), packed]);
    parts.push(own);
    at += own.length;
  }
  const list = Buffer.concat(directory);
  const between = lies.between ?? Buffer.alloc(0);
  const comment = Buffer.from(lies.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(lies.countHere ?? lies.count ?? entries.length, 8);
  end.writeUInt16LE(lies.count ?? entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, list, between, end, comment, lies.behind ?? Buffer.alloc(0)]);
}

/** The base64 of `writeZip`, as a `context` carries it. */
export function zipContext(entries: readonly ZipEntry[], lies: ZipLies = {}): string {
  return writeZip(entries, lies).toString('base64');
}

interface Fields {
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

function fieldsOf(entry: ZipEntry): { readonly fields: Fields; readonly packed: Buffer } {
  const content = Buffer.from(entry.content ?? '');
  const method = entry.method ?? 0;
  const packed = method === 8 ? deflateRawSync(content) : content;
  const fields = {
    method,
    flags: entry.flags ?? 0x800,
    crc: entry.declared?.crc ?? crc32(content),
    packed: entry.declared?.packed ?? packed.length,
    size: entry.declared?.size ?? content.length,
  };
  return { fields, packed };
}

function ownHeader(entry: ZipEntry, fields: Fields): Buffer {
  const name = Buffer.from(entry.own?.name ?? entry.name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(fields.flags, 6);
  header.writeUInt16LE(entry.own?.method ?? fields.method, 8);
  header.writeUInt32LE(fields.crc, 14);
  header.writeUInt32LE(fields.packed, 18);
  header.writeUInt32LE(entry.own?.size ?? fields.size, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function listHeader(entry: ZipEntry, fields: Fields, offset: number): Buffer {
  const name = Buffer.from(entry.name);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(((entry.host ?? 3) << 8) | 20, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(fields.flags, 8);
  header.writeUInt16LE(fields.method, 10);
  header.writeUInt32LE(fields.crc, 16);
  header.writeUInt32LE(fields.packed, 20);
  header.writeUInt32LE(fields.size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name]);
}
