import { open } from 'node:fs/promises';

/** Makes names that were added to or changed in a directory durable: an fsync of a file does not cover its name. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
