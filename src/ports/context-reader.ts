import type { AttachedFile } from '../core/launch.ts';

/**
 * Reads the archive of files that came with a command. Both calls hold it to the same rules and the same limits, so
 * what was checked can be read. Neither keeps anything, and calls may overlap.
 */
export interface ContextReader {
  /**
   * Unpacks the archive to the last byte and keeps none of it: costs time, but no memory to speak of.
   * @returns how many files it holds.
   * @throws {LongarmError} `InvalidContext`, which says what is wrong and what to do.
   */
  check(archive: Uint8Array): Promise<number>;
  /**
   * The files, in the order of the archive.
   * @throws {LongarmError} `InvalidContext`, also for what was checked under limits that were larger.
   */
  read(archive: Uint8Array): Promise<readonly AttachedFile[]>;
}
