import { LongarmError } from '../core/error-code.ts';

/** A piece of something that is addressed by byte offset. `to` is exclusive. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The one piece that a `Range` header asks of a representation of `size` bytes; `undefined` where the whole is to be
 * sent: without the header, in another unit than bytes, malformed, or with several ranges (all of which a server may
 * ignore). Source: RFC 9110 §14.1.2 and §14.2.
 * @throws {LongarmError} InvalidRange when the range begins behind the end.
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') return last === '' ? undefined : suffix(Number(last), size);
  const from = Number(first);
  if (last !== '' && Number(last) < from) return undefined;
  if (from >= size) throw unsatisfiable(`begins at byte ${first}`, size);
  return { from, to: last === '' ? size : Math.min(Number(last) + 1, size) };
}

/** The `Content-Range` of a 206. Source: RFC 9110 §14.4. */
export function toContentRange(range: ByteRange, size: number): string {
  return `bytes ${range.from}-${range.to - 1}/${size}`;
}

function suffix(length: number, size: number): ByteRange | undefined {
  if (length === 0) throw unsatisfiable('asks for the last 0 bytes', size);
  // The last bytes of nothing are nothing, and a 206 cannot say so.
  return size === 0 ? undefined : { from: Math.max(0, size - length), to: size };
}

function unsatisfiable(problem: string, size: number): LongarmError {
  return new LongarmError(
    'InvalidRange',
    `The range ${problem.slice(0, 60)}, but there are ${size} bytes. Ask for a range that begins before the end.`,
    { target: 'Range', sizeBytes: size },
  );
}
