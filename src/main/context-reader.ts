import type { ContextReader } from '../ports/context-reader.ts';
import { checkContext, readContext } from '../wire/context/read-context.ts';

/**
 * The reader of attached files: a zip, by the rules of `wire`.
 * @param unpackedBytes what the files of one command may take together.
 */
export function createContextReader(unpackedBytes: number): ContextReader {
  const limits = { unpackedBytes };
  return {
    check: (archive) => checkContext(archive, limits),
    read: (archive) => readContext(archive, limits),
  };
}
