import type { Stretch } from './replay-script.ts';

const chunkBytes = 256 * 1024;
const row = 'All work and no play makes a dull boy, all play and no work a duller.\n';

/** How long some stretches of output are together. */
export function outputLength(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, stretch) => sum + lengthOf(stretch), 0);
}

/** The bytes of some output from an offset on, in pieces. `bytes` of a script are rows of text, cut off at its length. */
export function* outputFrom(stretches: readonly Stretch[], offset: number): Generator<Uint8Array> {
  let skip = offset;
  for (const stretch of stretches) {
    const length = lengthOf(stretch);
    for (let at = skip; at < length; at += chunkBytes) {
      const to = Math.min(at + chunkBytes, length);
      yield stretch.type === 'write' ? stretch.bytes.subarray(at, to) : fill(at, to);
    }
    skip = Math.max(skip - length, 0);
  }
}

function lengthOf(stretch: Stretch): number {
  return stretch.type === 'write' ? stretch.bytes.length : stretch.length;
}

function fill(from: number, to: number): Uint8Array {
  const shift = from % row.length;
  return Buffer.alloc(to - from, row.slice(shift) + row.slice(0, shift));
}
