import { mkdir, stat } from 'node:fs/promises';
import { geteuid } from 'node:process';

/** A directory that Longarm does not keep secrets in; the message says what to change. */
export class DirectoryRefused extends Error {
  override readonly name = 'DirectoryRefused';
}

/**
 * Makes a directory that only its owner may look into (mode 0700), or sees that the one that is there is such.
 * @throws {DirectoryRefused} where it cannot be made, belongs to somebody else, or is open to others.
 */
export async function ensurePrivateDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DirectoryRefused(`The directory ${directory} cannot be made: ${reason}. Make it, or name another one.`, {
      cause: error,
    });
  }
  const { mode, uid } = await stat(directory);
  // Windows has no such ids and modes.
  const self = geteuid?.();
  if (self === undefined) return;
  if (uid !== self) {
    throw new DirectoryRefused(
      `The directory ${directory} belongs to the user with id ${uid}, and Longarm runs as ${self}. ` +
        `Run \`chown -R ${self} '${directory}'\`, or name another directory.`,
    );
  }
  if ((mode & 0o077) !== 0) {
    throw new DirectoryRefused(
      `The directory ${directory} has mode ${octal(mode)}: others than its owner may look into it. ` +
        `Run \`chmod 700 '${directory}'\`, or name another directory.`,
    );
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
