import type { Entry } from 'yauzl';
import type { ContextLimits } from './context-limits.ts';
import { refuseContext, refuseEntry } from './refusal.ts';

/**
 * Adds up what entries declare and refuses the one that is too much, before anything is unpacked.
 * @returns the sum with this entry.
 * @throws {LongarmError} InvalidContext with both numbers.
 */
export function addSize(sum: number, entry: Entry, name: string, limits: ContextLimits): number {
  const { compressedSize, uncompressedSize } = entry;
  if (uncompressedSize > limits.ratioFloorBytes && uncompressedSize > limits.ratio * compressedSize) {
    throw refuseEntry(
      name,
      `unpacks from ${compressedSize} to ${uncompressedSize} bytes; at most ${limits.ratio} times larger is allowed. ` +
        'Send what the command needs, or let it fetch it.',
    );
  }
  if (sum + uncompressedSize > limits.unpackedBytes) {
    throw refuseContext(
      `unpacks to more than ${limits.unpackedBytes} bytes. Send what the command needs, or let it fetch it.`,
    );
  }
  return sum + uncompressedSize;
}
