import type { FileHandle } from 'node:fs/promises';

/** How much is read at once where much is there, in bytes. Each piece costs a look at the lease and two thread switches. */
const pieceBytes = 1024 * 1024;
/** Up to this a piece gets a buffer of its own size, because most looks at a file find little. */
const smallBytes = 64 * 1024;

/**
 * Reads a file from an offset up to where it ends when that is reached. Where much is there, the next piece is read
 * while the one before it is taken, into two buffers that are used over and over: a new one for each piece would cost
 * more to collect than to read. So the bytes of a piece are the caller's only until it asks for the next one.
 */
export async function* readAhead(file: FileHandle, fromOffset: number): AsyncGenerator<Uint8Array, void, undefined> {
  const buffers: Buffer[] = [];
  for (let offset = fromOffset; ;) {
    const end = (await file.stat()).size;
    if (end <= offset) return;
    if (end - offset > smallBytes && buffers.length === 0) {
      buffers.push(Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes));
    }
    const before = offset;
    for await (const piece of piecesOf(file, offset, end, buffers)) {
      offset += piece.length;
      yield piece;
    }
    // Cut while it was read.
    if (offset === before) return;
  }
}

async function* piecesOf(
  file: FileHandle,
  from: number,
  end: number,
  [one, other]: readonly Buffer[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const readAt = async (offset: number, buffer: Buffer | undefined): Promise<Uint8Array> => {
    const room = buffer ?? Buffer.allocUnsafe(Math.min(end - offset, smallBytes));
    const { bytesRead } = await file.read(room, 0, Math.min(room.length, end - offset), offset);
    return room.subarray(0, bytesRead);
  };
  let [free, taken] = [other, one];
  let reading: Promise<Uint8Array> | undefined = readAt(from, taken);
  try {
    for (let offset = from; reading !== undefined;) {
      const piece: Uint8Array = await reading;
      reading = undefined;
      if (piece.length === 0) return;
      offset += piece.length;
      if (offset < end) {
        reading = readAt(offset, free);
        // Whoever takes the piece may fail first; then nobody waits for this any more.
        reading.catch(() => undefined);
      }
      yield piece;
      [free, taken] = [taken, free];
    }
  } finally {
    // The file is not closed under a read, and no buffer is given up into which one still writes.
    await reading?.catch(() => undefined);
  }
}
