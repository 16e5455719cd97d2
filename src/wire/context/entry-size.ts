import type { Entry } from 'yauzl';
import type { ContextLimits } from './context-limits.ts';
import { refuseContext, refuseEntry } from './refusal.ts';

/**
 * Refuses an entry by what it declares to unpack to, before anything is unpacked.
 * @throws {LongarmError} InvalidContext with both numbers.
 */
export function refuseRatio({ compressedSize, uncompressedSize }: Entry, name: string, limits: ContextLimits): void {
  if (uncompressedSize > limits.ratioFloorBytes && uncompressedSize > limits.ratio * compressedSize) {
    throw refuseEntry(
      name,
      `unpacks from ${compressedSize} to ${uncompressedSize} bytes; at most ${limits.ratio} times larger is allowed. ` +
        'Send what the command needs, or let it fetch it.',
    );
  }
}

/**
 * Refuses the archive whose entries together declare too much, before anything is unpacked.
 * @throws {LongarmError} InvalidContext with both numbers.
 */
export function refuseSum(entries: readonly Entry[], limits: ContextLimits): void {
  const sum = entries.reduce((bytes, { uncompressedSize }) => bytes + uncompressedSize, 0);
  if (sum <= limits.unpackedBytes) return;
  throw refuseContext(
    `unpacks to ${sum} bytes; at most ${limits.unpackedBytes} are allowed. ` +
      'Send what the command needs, or let it fetch it.',
  );
}
