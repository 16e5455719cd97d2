import { randomUUID } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Who may read a file: the server's own user, or everybody. */
export type FileMode = 0o600 | 0o644;

/**
 * Writes a file so that a reader sees the old content or the new one, never a part, and a crash leaves one of them.
 * `replace: false` leaves a file that exists as it is.
 * @returns whether the content was put in place.
 */
export async function writeWholeFile(
  file: string,
  content: string,
  options: { readonly mode: FileMode; readonly replace: boolean },
): Promise<boolean> {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(draft, 'wx', options.mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (options.replace) await rename(draft, file);
    else if (!(await linkUnlessThere(draft, file))) return false;
    await syncDirectory(path.dirname(file));
    return true;
  } finally {
    await rm(draft, { force: true });
  }
}

async function linkUnlessThere(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
