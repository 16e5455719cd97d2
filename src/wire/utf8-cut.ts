/** Bytes as text. */
export interface DecodedText {
  readonly text: string;
  /** How many bytes were not part of a character and stand as U+FFFD, one for each ill-formed sequence. */
  readonly replacedBytes: number;
}

const replacement = '\ufffd';
const replacementBytes = 3;

/** Decodes UTF-8, ill-formed sequences becoming U+FFFD as the Encoding Standard (§4.1) and Unicode (§3.9) say. */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  const buffer = view(bytes);
  const text = buffer.toString('utf8');
  // Of the U+FFFD in the text, those that were in the input are well-formed and no replacements.
  const replacements = text.split(replacement).length - 1 - countBytes(buffer, Buffer.from(replacement));
  const wellFormedBytes = Buffer.byteLength(text) - replacements * replacementBytes;
  return { text, replacedBytes: bytes.length - wellFormedBytes };
}

/**
 * A beginning of `bytes` that ends between two characters and takes at most `limitBytes` as text: the longest such one
 * of UTF-8, and nearly that of anything else.
 */
export function cutAfter(bytes: Uint8Array, limitBytes: number): Uint8Array {
  return longestWithin(limitBytes, bytes.length, (length) => bytes.subarray(0, wholeUpTo(bytes, length)));
}

/** An end of `bytes` that begins between two characters and takes at most `limitBytes` as text; else as `cutAfter`. */
export function cutBefore(bytes: Uint8Array, limitBytes: number): Uint8Array {
  return longestWithin(limitBytes, bytes.length, (length) => bytes.subarray(wholeFrom(bytes, bytes.length - length)));
}

const probes = 12;
const closeEnoughBytes = 16;

/**
 * Looks for the length by interpolation: what a piece takes as text grows with the piece, in binary output evenly.
 * Bounded, so that odd input costs some of the room and not time.
 */
function longestWithin(limitBytes: number, available: number, piece: (length: number) => Uint8Array): Uint8Array {
  const measure = (length: number) => ({ length, textBytes: Buffer.byteLength(view(piece(length)).toString('utf8')) });
  // No byte takes less than one byte as text. Where all is UTF-8 this is the answer.
  let tooLong = measure(Math.min(available, limitBytes));
  if (tooLong.textBytes <= limitBytes) return piece(tooLong.length);
  let fitting = { length: 0, textBytes: 0 };
  for (let probe = 0; probe < probes && limitBytes - fitting.textBytes >= closeEnoughBytes; probe++) {
    const share = (limitBytes - fitting.textBytes) / (tooLong.textBytes - fitting.textBytes);
    const between = fitting.length + Math.floor(share * (tooLong.length - fitting.length));
    const next = measure(Math.max(between, Math.min(fitting.length + 1, tooLong.length)));
    if (next.length >= tooLong.length || next.length <= fitting.length) break;
    if (next.textBytes <= limitBytes) fitting = next;
    else tooLong = next;
  }
  return piece(fitting.length);
}

/** `length`, or less where the last character before it is not complete. The end of `bytes` itself may be ill-formed. */
function wholeUpTo(bytes: Uint8Array, length: number): number {
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back] ?? 0;
    if (isContinuation(byte)) continue;
    return sequenceLength(byte) > back ? length - back : length;
  }
  return length;
}

/** `from`, or more where the bytes at it are the rest of a character that began before. */
function wholeFrom(bytes: Uint8Array, from: number): number {
  let start = from;
  while (start < Math.min(from + 3, bytes.length) && isContinuation(bytes[start] ?? 0)) start++;
  return start;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function sequenceLength(firstByte: number): number {
  if (firstByte >= 0xf0) return 4;
  if (firstByte >= 0xe0) return 3;
  return firstByte >= 0xc0 ? 2 : 1;
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function countBytes(buffer: Buffer, pattern: Buffer): number {
  let count = 0;
  for (let at = buffer.indexOf(pattern); at !== -1; at = buffer.indexOf(pattern, at + pattern.length)) count++;
  return count;
}
